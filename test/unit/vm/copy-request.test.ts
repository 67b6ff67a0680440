/** Which files a copy goes on behind. */
import { describe, expect, it } from 'vitest';
import { NamedFiles } from '../../../src/main/engine/vm/copy-request.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `./step_${index}.png`);

describe('the files that a VM has named', () => {
  it('are all if there are fewer than can be named at once', () => {
    expect(new NamedFiles().more).toEqual({});
    expect(new NamedFiles(names(999)).more).toEqual({});
  });

  it('count whether they come or not, and the copy goes on behind the last that can be named again', () => {
    expect(new NamedFiles(names(1000)).more).toEqual({ more: 'step_999.png' });
    expect(new NamedFiles([...names(999), './screenshots/odd\u0007.png']).more).toEqual({
      more: 'step_998.png',
    });
  });
});
