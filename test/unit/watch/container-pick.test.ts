import { describe, expect, it } from 'vitest';
import type { ContainerRow, Evidence } from '../../../src/main/engine/vm/index.ts';
import { createContainerPick } from '../../../src/main/engine/watch/looks/container-pick.ts';

const row = (name: string, state = 'running'): ContainerRow => ({
  name,
  state,
  status: '',
  image: '',
  id: `id of ${name}`,
});
const renamed = (from: string, name: string): ContainerRow => ({
  ...row(name),
  id: row(from).id,
  image: 'windowsarena/winarena',
});
const seen = (name: string, marks = ''): Evidence => ({
  name,
  startedAt: '2026-01-28T22:00:00Z',
  runsBenchmark: marks.includes('r'),
  hasGuest: marks.includes('g'),
  answers: marks.includes('a'),
});

/** Looks every 5 s. */
function picking(
  before: { name: string; why: string } | null = null,
  configured: string | null = null,
): {
  readonly asked: () => number;
  readonly look: (rows: readonly ContainerRow[], found?: Evidence[] | null) => Promise<string | null>;
} {
  let now = 0;
  let evidence: Evidence[] | null = [];
  let asked = 0;
  const picker = createContainerPick({
    configured,
    before,
    monotonicMs: () => now,
    askEvidence: () => {
      asked += 1;
      return Promise.resolve(evidence);
    },
  });
  return {
    asked: () => asked,
    look: async (rows, found) => {
      now += 5_000;
      if (found !== undefined) evidence = found;
      const choice = await picker.pick(rows);
      return choice === null || choice === 'wait' ? choice : `${choice.row.name} ${choice.row.state}`;
    },
  };
}

const both = [row('winarena'), row('waa-container')];

describe('the watched container', () => {
  it('is asked for nothing where it is the only one, or none runs', async () => {
    const { look, asked } = picking();
    expect(await look([])).toBeNull();
    expect(await look([row('winarena'), row('nginx')])).toBe('winarena running');
    expect(await look([row('winarena', 'exited'), row('waa-container', 'exited')])).toBe('winarena exited');
    expect(asked()).toBe(0);
  });

  it('is the likeliest of several, asked every ten seconds or when there is another one', async () => {
    const { look, asked } = picking();
    expect(await look(both, [seen('winarena', 'g'), seen('waa-container', 'rg')])).toBe(
      'waa-container running',
    );
    expect(await look(both)).toBe('waa-container running');
    expect(asked()).toBe(1);
    await look(both);
    expect(asked()).toBe(2);
    await look([...both, row('win11-waa')]);
    expect(asked()).toBe(3);
  });

  it('stays the same when somebody renames it', async () => {
    const { look } = picking();
    expect(await look([row('winarena')])).toBe('winarena running');
    expect(await look([renamed('winarena', 'arena-1')])).toBe('arena-1 running');
    expect(await look([renamed('winarena', 'arena-2')])).toBe('arena-2 running');
    // A new container of the old name is another one.
    expect(await look([renamed('winarena', 'arena-2'), { ...row('winarena'), id: 'new' }])).toBe(
      'arena-2 running',
    );
  });

  it('is left for a clearly better one only when that was so twice in a row', async () => {
    const { look } = picking();
    const better = [seen('winarena', 'g'), seen('waa-container', 'rg')];
    const alike = [seen('winarena', 'rg'), seen('waa-container', 'rg')];
    expect(await look(both, alike)).toBe('winarena running');
    for (const found of [better, better, alike, alike, better, better])
      expect(await look(both, found)).toBe('winarena running');
    await look(both, better);
    expect(await look(both, better)).toBe('waa-container running');
    // And not back again for one that is as good.
    for (let count = 0; count < 9; count++) expect(await look(both, alike)).toBe('waa-container running');
  });

  it('is kept where the VM does not say what runs in them', async () => {
    const { look } = picking();
    expect(await look(both, null)).toBe('winarena running');
    expect(await look([row('waa-container'), row('winarena')], null)).toBe('winarena running');
  });

  it('is left with the second look after it has stopped or gone, while another one runs', async () => {
    for (const after of [[row('winarena', 'exited'), row('waa-container')], [row('waa-container')]]) {
      const { look } = picking();
      expect(await look(both, [])).toBe('winarena running');
      expect(await look(after)).toBe(after.length === 2 ? 'winarena exited' : 'wait');
      expect(await look(after)).toBe('waa-container running');
      expect(await look(both)).toBe('waa-container running');
    }
  });

  it('is not left while it restarts', async () => {
    const { look } = picking();
    await look(both, []);
    for (let count = 0; count < 3; count++) {
      expect(await look([row('waa-container')])).toBe('wait');
      expect(await look(both)).toBe('winarena running');
    }
  });

  it('is the same after a lost connection', async () => {
    const { look } = picking({ name: 'waa-container', why: 'it was' });
    expect(await look(both, [seen('winarena', 'g'), seen('waa-container', 'g')])).toBe(
      'waa-container running',
    );
  });

  it('is the configured one, there or not', async () => {
    const { look, asked } = picking(null, 'mine');
    expect(await look(both)).toBeNull();
    expect(await look([...both, row('mine', 'exited')])).toBe('mine exited');
    expect(await look([...both, row('mine')])).toBe('mine running');
    expect(await look(both)).toBeNull();
    expect(asked()).toBe(0);
  });
});
