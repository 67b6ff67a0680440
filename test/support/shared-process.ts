/** Files of tests share processes: one that leaves its process other than it found it fails, before it can disturb the next. */
import { afterAll, beforeAll, expect, vi } from 'vitest';

const found = { folder: process.cwd(), environment: { ...process.env } };

beforeAll(() => {
  found.folder = process.cwd();
  found.environment = { ...process.env };
});

// Registered before those of the file, so it runs after them.
afterAll(() => {
  const left = {
    folder: process.cwd(),
    environment: { ...process.env },
    hasFakeTimers: vi.isFakeTimers(),
  };
  vi.useRealTimers();
  process.chdir(found.folder);
  for (const name of Object.keys(left.environment))
    if (!(name in found.environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, found.environment);
  expect(left).toEqual({ ...found, hasFakeTimers: false });
});
