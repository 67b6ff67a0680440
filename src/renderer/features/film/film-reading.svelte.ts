/** Reads the steps of an attempt, and again when what failed may work. */
import { untrack } from 'svelte';
import { createResource, type Resource } from '../../state/resource.svelte.ts';
import { readSteps, type AskedAttempt, type TaskSteps } from '../../state/steps-api.ts';
import { isPassing } from './frame-cache.ts';

/** @param way changes when the server or the VM can be reached again, or no more */
export function createFilmReading(
  base: () => URL,
  attempt: () => AskedAttempt,
  way: () => string,
): Resource<TaskSteps> {
  const film = createResource((signal) => readSteps(base(), attempt(), signal));
  $effect(() => film.close);
  film.refresh();
  let triedWay = untrack(way);
  $effect(() => {
    const now = way();
    if (now === triedWay) return;
    triedWay = now;
    if (film.problem !== null && isPassing(film.problem)) film.refresh();
  });
  return film;
}
