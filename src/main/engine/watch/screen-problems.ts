/** Why files of a task cannot be had, for a person. */
import type { Result } from '../../../shared/result.ts';
import type { ScreensProblem, ScreenTask } from '../../../shared/screens.ts';
import type { FetchedTexts, ScreenFile } from '../vm/index.ts';

interface Failed {
  readonly ok: false;
  readonly problem: ScreensProblem;
}

export const notConnected = 'There is no connection to the VM now.';

export function noScreens({ notFrom }: ScreenTask): string {
  const why =
    notFrom === null
      ? 'it has been wiped since, or none was taken yet'
      : 'the task ran again later, and only that left screenshots';
  return `The folder of this task has no screenshots of this attempt: ${why}.`;
}

export function textsProblem(
  fetched: Exclude<FetchedTexts, { readonly kind: 'ok' }>,
  limitMs: number,
): Failed {
  switch (fetched.kind) {
    case 'absent':
      return failed('absent', 'The folder of this task is gone, or may not be read.');
    case 'too-big':
      return failed('too-big', 'The texts of this task are larger than what is fetched.');
    case 'late':
    case 'aborted':
      return failed('late', `The VM did not send the texts within ${limitMs / 1000} seconds.`);
    case 'broken':
      return failed('broken', `The VM did not send the whole texts: ${fetched.detail}.`);
  }
}

/** Returns the picture that was fetched, or what is wrong with it. */
export function pictureFrom(
  file: ScreenFile,
  { mostBytes, limitMs }: { readonly mostBytes: number; readonly limitMs: number },
): Result<Buffer, ScreensProblem> {
  switch (file.kind) {
    case 'ok':
      return { ok: true, value: file.bytes };
    case 'too-big':
      return failed(
        'too-big',
        `The picture has more than ${mostBytes / 1024 / 1024} MiB, which is the most that is fetched.`,
      );
    case 'absent':
      return failed('absent', 'The picture is gone, or may not be read.');
    case 'late':
    case 'aborted':
      return failed('late', `The VM did not send the picture within ${limitMs / 1000} seconds.`);
    case 'broken':
      return failed('broken', `The VM did not send the whole picture: ${file.detail}.`);
  }
}

export function failed(kind: ScreensProblem['kind'], detail: string): Failed {
  return { ok: false, problem: { kind, detail } };
}
