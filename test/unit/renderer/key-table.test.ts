import { expect, it } from 'vitest';
import {
  commandsOf,
  keyCommands,
  keyTable,
  type KeyPlace,
  type Pressed,
} from '../../../src/renderer/keys/key-table.ts';

const press = (key: string, place: KeyPlace = 'page', held: Partial<Pressed> = {}) =>
  commandsOf({ key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...held }, place);

it.for([
  ['ArrowRight', 'next-step'],
  ['ArrowLeft', 'previous-step'],
  ['Home', 'first-step'],
  ['End', 'last-step'],
  [' ', 'play'],
  ['j', 'next-task'],
  ['k', 'previous-task'],
  ['j', 'next-row'],
  ['k', 'previous-row'],
  ['/', 'search'],
  ['?', 'list-keys'],
] as const)('"%s" may mean %s', ([key, command]) => expect(press(key)).toContain(command));

it('leaves every other key, and keys with a modifier, to the browser', () => {
  expect(press('x')).toEqual([]);
  expect(press('constructor')).toEqual([]);
  for (const command of keyCommands) {
    const { key } = keyTable[command];
    for (const held of ['ctrlKey', 'altKey', 'metaKey'] as const)
      expect(press(key, 'page', { [held]: true })).toEqual([]);
  }
  expect(press('ArrowLeft', 'page', { shiftKey: true })).toEqual([]);
  expect(press('j', 'page', { shiftKey: true })).toEqual([]);
});

it('takes signs with Shift, which they need on some keyboards', () => {
  expect(press('?', 'page', { shiftKey: true })).toEqual(['list-keys']);
  expect(press('/', 'page', { shiftKey: true })).toEqual(['search']);
});

it('leaves each place the keys that it needs', () => {
  const keys = ['ArrowRight', 'ArrowLeft', 'Home', 'End', ' ', 'j', 'k', '/', '?'];
  const left = (place: KeyPlace) => keys.filter((key) => press(key, place).length > 0);
  expect(left('text')).toEqual([]);
  expect(left('dialog')).toEqual(['?']);
  expect(left('slider')).toEqual([' ', 'j', 'k', '/', '?']);
  expect(left('toolbar')).toEqual(['j', 'k', '/', '?']);
  expect(left('button')).toEqual(keys.filter((key) => key !== ' '));
  expect(left('scrolled')).toEqual(['ArrowRight', 'ArrowLeft', 'j', 'k', '/', '?']);
});
