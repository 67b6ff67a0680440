/** Which keys do something now: each part of the page binds its own, for as long as it is shown. */
import { commandsOf, keyCommands, type KeyCommand } from './key-table.ts';
import { placeOf } from './key-place.ts';

export type KeyActions = Readonly<Partial<Record<KeyCommand, () => void>>>;

let bound = $state.raw<readonly KeyActions[]>([]);

/** Binds keys. If a key is bound twice, it does what was bound last. @returns how to unbind them */
export function bindKeys(actions: KeyActions): () => void {
  if (bound.length === 0) window.addEventListener('keydown', onKeydown);
  bound = [...bound, actions];
  return () => {
    bound = bound.filter((others) => others !== actions);
    if (bound.length === 0) window.removeEventListener('keydown', onKeydown);
  };
}

/** Returns the commands that a key of the page leads to now, in the order of the table. */
export function boundCommands(): readonly KeyCommand[] {
  return keyCommands.filter((command) => actionOf(command) !== undefined);
}

function actionOf(command: KeyCommand): (() => void) | undefined {
  return bound.findLast((actions) => actions[command] !== undefined)?.[command];
}

function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const actions = commandsOf(event, placeOf(event.target)).map(actionOf);
  const action = actions.find((known) => known !== undefined);
  if (action === undefined) return;
  event.preventDefault();
  action();
}
