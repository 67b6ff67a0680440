/** `GET /api/runs/{id}/tasks/{task}/screens/{name}`: one screenshot, fetched from its VM on demand. */
import { createRoute } from '@hono/zod-openapi';
import type { ScreensProblem } from '../../../../shared/screens.ts';
import { isHuge, isWhole, mostPixels, pictureSize, pictureType } from '../../common/picture.ts';
import { goneWith } from '../stream/check-stream.ts';
import { answerBody, answerProblem } from './answer.ts';
import type { App } from './app.ts';
import { answers, unreadable } from './described.ts';
import {
  attemptQuerySchema,
  findScreens,
  screensProblem,
  taskParams,
  vmFails,
  type ScreenSource,
} from './screen-task.ts';
import { z } from 'zod';

/** A whole screenshot never changes under its name. Shared caches may not keep it. */
const caching = 'private, max-age=86400, immutable';

const noPicture: ScreensProblem = {
  kind: 'broken',
  detail: 'What the VM sent is neither a PNG nor a JPEG.',
};

const tooManyPixels: ScreensProblem = {
  kind: 'too-big',
  detail: `This picture says that it has more than ${mostPixels / 1_000_000} million pixels, which no screenshot has.`,
};

const route = createRoute({
  method: 'get',
  path: '/api/runs/{id}/tasks/{task}/screens/{name}',
  operationId: 'getScreen',
  summary: "One picture of a task's screen",
  request: {
    params: taskParams.extend({ name: z.string().describe('One of those that are listed.') }),
    query: attemptQuerySchema,
  },
  responses: answers({
    content: { 'image/png': null, 'image/jpeg': null },
    others: {
      ...unreadable,
      404: 'There is no such run, task or picture.',
      413: 'The picture is too big.',
      ...vmFails,
    },
  }),
});

export function addScreenRoute(app: App, source: ScreenSource): void {
  app.openapi(route, async (c) => {
    const { outgoing } = c.env;
    const { name, ...params } = c.req.valid('param');
    const found = findScreens(source, { ...params, ...c.req.valid('query') });
    if (!found.ok) return answerProblem(c, found.problem);
    const { screens, task } = found.value;
    const read = await screens.read(task, name, goneWith(outgoing).signal);
    if (!read.ok) return answerProblem(c, screensProblem(read.problem));
    const { buffer, byteOffset, byteLength } = read.value;
    const picture = Buffer.from(buffer, byteOffset, byteLength);
    const type = pictureType(picture);
    if (type === null) return answerProblem(c, screensProblem(noPicture));
    if (isHuge(pictureSize(type, picture))) return answerProblem(c, screensProblem(tooManyPixels));
    outgoing.setHeader('Cache-Control', isWhole(type, picture) ? caching : 'no-store');
    outgoing.setHeader('Content-Disposition', 'inline');
    // Opened by itself, it is an image and nothing else.
    outgoing.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
    return answerBody(c, type, picture);
  });
}
