/** What a person has chosen by keys while `watch` goes on. Pure. */

export interface Choice {
  /** The VM that the cursor is on; null: no arrow key was pressed yet. */
  readonly vm: string | null;
  /** `vm`: this VM alone, with everything that is known of it. */
  readonly page: 'all' | 'vm' | 'keys';
}

export const noChoice: Choice = { vm: null, page: 'all' };

/** The keys in the order of their list. */
export const keyHelp: readonly (readonly [keys: string, what: string])[] = [
  ['↑ ↓', 'choose a VM'],
  ['enter', 'show all about it, or all VMs again'],
  ['?', 'show or hide this list'],
  ['q', 'quit; the run goes on'],
];

/**
 * Returns the choice after a key, or that `watch` is to end. Other keys change nothing.
 * @param names the VMs in the order in which they are shown
 */
export function afterKey(choice: Choice, key: string, names: readonly string[]): Choice | 'quit' {
  const { page } = choice;
  switch (key) {
    case 'q':
      return 'quit';
    case '?':
      return { ...choice, page: page === 'keys' ? 'all' : 'keys' };
    case 'escape':
      return { ...choice, page: 'all' };
    case 'return':
    case 'enter': {
      const vm = chosenIn(choice, names) ?? names[0] ?? null;
      return vm === null || page !== 'all' ? { ...choice, page: 'all' } : { vm, page: 'vm' };
    }
    case 'up':
    case 'k':
      return page === 'keys' ? choice : { ...choice, vm: neighbour(choice, -1, names) };
    case 'down':
    case 'j':
      return page === 'keys' ? choice : { ...choice, vm: neighbour(choice, 1, names) };
    default:
      return choice;
  }
}

/** Returns the chosen VM; null: none is, or it is not watched any more. */
export function chosenIn({ vm }: Choice, names: readonly string[]): string | null {
  return vm !== null && names.includes(vm) ? vm : null;
}

/** The first arrow key puts the cursor on the VM at that end. */
function neighbour(choice: Choice, by: 1 | -1, names: readonly string[]): string | null {
  const chosen = chosenIn(choice, names);
  if (chosen === null) return (by === 1 ? names[0] : names.at(-1)) ?? null;
  return names[names.indexOf(chosen) + by] ?? chosen;
}
