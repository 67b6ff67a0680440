import { expect, it } from 'vitest';
import { commandOf, type KeyPlace, type Pressed } from '../../../src/renderer/features/film/film-keys.ts';

const press = (key: string, place: KeyPlace = 'page', held: Partial<Pressed> = {}) =>
  commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...held }, place);

it.for([
  ['ArrowRight', 'next'],
  ['ArrowLeft', 'previous'],
  ['Home', 'first'],
  ['End', 'last'],
  [' ', 'play'],
  ['j', 'next-task'],
  ['k', 'previous-task'],
] as const)('"%s" means %s', ([key, command]) => expect(press(key)).toBe(command));

it('leaves every other key, and keys with a modifier, to the browser', () => {
  expect(press('x')).toBeNull();
  expect(press('constructor')).toBeNull();
  for (const held of ['ctrlKey', 'altKey', 'metaKey', 'shiftKey'] as const)
    expect(press('ArrowLeft', 'page', { [held]: true })).toBeNull();
});

it('leaves each place the keys that it needs', () => {
  const keys = ['ArrowRight', 'ArrowLeft', 'Home', 'End', ' ', 'j', 'k'];
  const left = (place: KeyPlace) => keys.filter((key) => press(key, place) !== null);
  expect(left('text')).toEqual([]);
  expect(left('slider')).toEqual([' ', 'j', 'k']);
  expect(left('button')).toEqual(keys.filter((key) => key !== ' '));
  expect(left('scrolled')).toEqual(['ArrowRight', 'ArrowLeft', 'j', 'k']);
});
