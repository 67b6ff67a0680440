/** Reads screenshots. In a file of its own, because tests of its neighbours run in Node, which has no types of a browser. */
import { ask, refused, type Answer } from './answer.ts';

/** Returns a screenshot, decoded. The caller has to close it. */
export async function readScreenshot(
  base: URL,
  path: string,
  signal: AbortSignal,
): Promise<Answer<ImageBitmap>> {
  // A screenshot never changes under its name.
  const answer = await ask(new URL(path, base), { signal, cache: 'default' });
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: await createImageBitmap(await answer.value.blob()) };
  } catch (error) {
    if (signal.aborted) throw error;
    return refused(0, 'The image is damaged, or did not arrive as a whole.');
  }
}
