import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import StatusMark from '../../src/renderer/ui/StatusMark.svelte';
import { markShapes, type Mark } from '../../src/renderer/ui/mark.ts';

const marks = Object.keys(markShapes) as Mark[];

test.for(marks)('%s is drawn, and left to the word beside it by screen readers', async (mark) => {
  const { container, getByRole } = await render(StatusMark, { mark });
  const svg = container.querySelector('svg');
  expect(svg?.getBoundingClientRect().width).toBeGreaterThan(10);
  // The canvas has 16 units; a path that is broken measures nothing.
  for (const path of container.querySelectorAll('path')) {
    const { x, y, width, height } = path.getBBox();
    expect(width + height).toBeGreaterThan(0);
    expect([x, y].every((edge) => edge >= 0)).toBe(true);
    expect([x + width, y + height].every((edge) => edge <= 16)).toBe(true);
  }
  expect(container.querySelectorAll('path')).toHaveLength(2);
  expect(getByRole('img').elements()).toEqual([]);
  expect(container.textContent.trim()).toBe('');
});

test('no two marks look the same without colour', async () => {
  const drawings: string[] = [];
  for (const mark of marks) {
    const { container, unmount } = await render(StatusMark, { mark });
    drawings.push([...container.querySelectorAll('path')].map((path) => path.getAttribute('d')).join());
    await unmount();
  }
  expect(new Set(drawings).size).toBe(marks.length);
});

test('what went wrong and what went well differ in colour too', async () => {
  const colour = async (mark: Mark): Promise<string> => {
    const { container, unmount } = await render(StatusMark, { mark });
    const svg = container.querySelector('svg');
    const shown = svg === null ? '' : getComputedStyle(svg).color;
    await unmount();
    return shown;
  };
  expect(
    new Set([await colour('ok'), await colour('warn'), await colour('bad'), await colour('run')]).size,
  ).toBe(4);
});
