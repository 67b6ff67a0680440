/** The HTTP client under the packages of Azure, with a limit: they collect an answer of any size in memory. */
import { createDefaultHttpClient, type HttpClient, type PipelineResponse } from '@azure/core-rest-pipeline';
import { createBoundedBytes } from '../common/bounded-bytes.ts';
import { AzureFailure } from './failure.ts';

/** A page of VMs with their instance views takes some 100 KiB. */
export const mostAnswerBytes = 16 * 1_048_576;

/** Returns a client that gives up an answer that is larger, also one that only unpacks to more. */
export function boundedHttpClient(): HttpClient {
  const client = createDefaultHttpClient();
  return {
    async sendRequest(request) {
      // With this, the answer comes as a stream whatever its status is.
      request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
      try {
        return await withText(await client.sendRequest(request));
      } finally {
        // The packages read an answer only if it was not asked for as a stream.
        delete request.streamResponseStatusCodes;
      }
    },
  };
}

async function withText({
  readableStreamBody: body,
  ...response
}: PipelineResponse): Promise<PipelineResponse> {
  if (body === undefined) return response;
  const received = createBoundedBytes(mostAnswerBytes);
  // Leaving the loop early destroys the stream, and the connection with it.
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (!received.push(piece)) {
      const message = `An answer is larger than ${mostAnswerBytes / 1_048_576} MiB.`;
      throw new AzureFailure({ kind: 'nonsense', message });
    }
  }
  return { ...response, bodyAsText: received.bytes.toString('utf8') };
}
