/** Whether a followed log arrives: told after commands that hung or ended in vain, and over with the first byte. */
import { describe, expect, it } from 'vitest';
import { createArrival } from '../../../src/main/engine/watch/log/log-arrival.ts';

function arrivalAt(startMs: number) {
  let nowMs = startMs;
  const told: (string | null)[] = [];
  const arrival = createArrival({
    monotonicMs: () => nowMs,
    arrivesWithinMs: 10,
    onTrouble: (trouble) => told.push(trouble === null ? null : `${trouble.message} ${trouble.hint}`),
  });
  return { arrival, told, pass: (ms: number) => (nowMs += ms) };
}

describe('a log whose bytes do not arrive', () => {
  it('is overdue when nothing has come for the time that is given', () => {
    const { arrival, pass } = arrivalAt(1_000);
    arrival.begin();
    pass(9);
    expect(arrival.isOverdue).toBe(false);
    pass(1);
    expect(arrival.isOverdue).toBe(true);
    arrival.came();
    expect(arrival.isOverdue).toBe(false);
  });

  it('is told when a command has hung twice, and is over with the first byte', () => {
    const { arrival, told } = arrivalAt(0);
    arrival.begin();
    arrival.missed('hung', '/tmp/x.log');
    expect(told).toEqual([]);
    arrival.begin();
    arrival.missed('hung', '/tmp/x.log');
    expect(told).toEqual([expect.stringContaining('/tmp/x.log arrives from the VM. The command')]);
    arrival.came();
    expect(told.at(-1)).toBe(null);
  });

  it('is told with the words of a command that has ended three times', () => {
    const { arrival, told } = arrivalAt(0);
    for (let count = 0; count < 3; count += 1) {
      arrival.begin();
      arrival.said('tail: no');
      arrival.missed('ended', '/tmp/x.log');
    }
    expect(told).toEqual([expect.stringMatching(/says: tail: no$/)]);
  });

  it('stays told although the file itself can be read, as each new command finds', () => {
    const { arrival, told } = arrivalAt(0);
    for (let count = 0; count < 3; count += 1) {
      arrival.tellFile(null);
      arrival.begin();
      arrival.missed('hung', '/tmp/x.log');
    }
    arrival.tellFile(null);
    expect(told.at(-1)).toContain('Nothing of the log');
  });

  it('counts no command that was cut off after its first byte, and none of an earlier connection', () => {
    const { arrival, told } = arrivalAt(0);
    for (let count = 0; count < 3; count += 1) {
      arrival.begin();
      arrival.came();
      arrival.missed('ended', '/tmp/x.log');
    }
    for (let count = 0; count < 3; count += 1) {
      arrival.begin();
      arrival.missed('hung', '/tmp/x.log');
      arrival.forget();
    }
    expect(told).toEqual([]);
  });
});
