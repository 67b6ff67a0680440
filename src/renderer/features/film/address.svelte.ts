/** A choice that is in the address, too. */
import { untrack } from 'svelte';

/** A browser refuses addresses that change too often. */
const addressMs = 200;

export interface Addressed {
  chosen: string | null;
}

/**
 * Returns a choice that the address leads: back, forward, and a person who writes one. The address follows once the choice rests.
 * @param read what the address has
 */
export function createAddressed(read: () => string | null, write: (value: string | null) => void): Addressed {
  let chosen = $state(untrack(read));
  let written = untrack(read);
  $effect(() => {
    const told = read();
    if (told === written) return;
    written = told;
    chosen = told;
  });
  $effect(() => {
    const wanted = chosen;
    if (wanted === written) return;
    const timer = setTimeout(() => {
      written = wanted;
      write(wanted);
    }, addressMs);
    return () => clearTimeout(timer);
  });
  return {
    get chosen() {
      return chosen;
    },
    set chosen(value) {
      chosen = value;
    },
  };
}
