import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const workflows = join(import.meta.dirname, '..', '..', '..', '.github', 'workflows');

describe.each(readdirSync(workflows))('the workflow %s', (file) => {
  const text = readFileSync(join(workflows, file), 'utf8');

  it('runs foreign actions only as they were at a certain commit', () => {
    const used = [...text.matchAll(/uses:\s*(\S.*)$/gm)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v[\d.]+$/);
  });

  it('may read the sources, and knows no secret', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    expect(text).not.toMatch(/secrets\.|: write/);
  });
});
