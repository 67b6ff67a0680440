import { expect, it } from 'vitest';
import { expandHome } from '../../src/main/engine/common/expand-home.ts';

it.each([
  ['~', '/home/$&me'],
  ['~/.ssh/key', '/home/$&me/.ssh/key'],
  ['~\\key', '/home/$&me\\key'],
  ['~other/key', '~other/key'],
  ['/etc/~', '/etc/~'],
  ['key', 'key'],
  ['', ''],
])('the path "%s" becomes "%s"', (path, expanded) => {
  expect(expandHome(path, '/home/$&me')).toBe(expanded);
});
