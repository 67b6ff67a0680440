/** A VM on which all goes well is never reported, whatever its container writes. */
import { describe, expect, it } from 'vitest';
import { noBoot, readBootLine, type BootState } from '../../../src/main/engine/vm/index.ts';
import { assess } from '../../../src/main/engine/watch/rules/conditions.ts';
import { boots, warmBoot } from '../../support/dockurr-boots.ts';
import { makeRunLog, runLogKinds } from '../../support/run-logs/index.ts';
import { onItsWay, ready } from './sights.ts';

const settings = { stalledAfterMs: 900_000, idleAfterMs: 1_800_000, missingAfterMs: 5_000, cutRun: null };
const starts = [...boots, { ...warmBoot, version: '5.14, installed before' }];

/** A container that is started again and again, and comes further each time. */
const loop = { restarts: 9, startedAtMs: [] };

describe.each(starts)('a start of version $version', ({ lines }) => {
  it('is reported by no error, at none of its lines, once or again', () => {
    let boot: BootState = noBoot;
    for (const [line] of [...lines, ...lines]) {
      boot = readBootLine(boot, line);
      for (const sight of [onItsWay, { ...onItsWay, starts: loop }])
        expect([line, assess({ ...sight, boot }, settings).holding]).toEqual([line, []]);
    }
  });

  it.each(runLogKinds)('with a run of %s in the same log shows no trouble', (kind) => {
    const before = lines.reduce((boot, [line]) => readBootLine(boot, line), noBoot);
    for (const seed of [1, 2, 3]) {
      const { text } = makeRunLog(kind, seed, { tasks: 6 });
      const boot = text.split(/\r?\n|\r/).reduce(readBootLine, before);
      expect(boot).toEqual(before);
      expect(assess({ ...ready, boot }, settings).holding).toEqual([]);
    }
  });
});
