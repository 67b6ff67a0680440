import { describe, expect, it } from 'vitest';
import {
  changesOf,
  isOvertaken,
  shownValue,
  typedNumber,
  withEdit,
  withoutSaved,
  type Edits,
} from '../../../src/renderer/features/settings/setting-edits.ts';
import { removalText } from '../../../src/renderer/features/settings/room-words.ts';
import { bytesText } from '../../../src/renderer/format/format.ts';
import type { SettingValues } from '../../../src/shared/settings.ts';

const values: SettingValues = {
  notifications: {
    taskComplete: 'all',
    errors: true,
    quietHours: { from: '22:00', to: '07:00' },
    batchSeconds: 10,
  },
  history: { logs: true, screenshots: 'all', maxMegabytes: 2000, copyKilobytesPerSecond: 1000 },
  journal: { keepDays: 30, maxMegabytes: 200 },
};
const none: Edits = new Map();
const withMegabytes = (maxMegabytes: number): SettingValues => ({
  ...values,
  history: { ...values.history, maxMegabytes },
});

describe('an edit', () => {
  it('is shown as it was typed, and sent as a number', () => {
    const edits = withEdit(values, none, 'history.maxMegabytes', ' 1500,5');
    expect(shownValue(values, edits, 'history.maxMegabytes')).toBe(' 1500,5');
    expect(changesOf(values, edits)).toEqual({ history: { maxMegabytes: 1500.5 } });
  });

  it('that is no number is sent as it is, so that the server says what it expects', () => {
    for (const typed of ['', 'a lot', '1e9', '0x10', '1 000', '1,000', '10.000'])
      expect(changesOf(values, withEdit(values, none, 'journal.keepDays', typed))).toEqual({
        journal: { keepDays: typed },
      });
  });

  it('is none if the value is typed back', () => {
    const edits = withEdit(values, none, 'history.maxMegabytes', '500');
    expect(withEdit(values, edits, 'history.maxMegabytes', '2000.0').size).toBe(0);
    expect(withEdit(values, none, 'notifications.quietHours', { from: '22:00', to: '07:00' }).size).toBe(0);
  });

  it('stays when the values are read again, unless they are the same now', () => {
    const edits = withEdit(
      values,
      withEdit(values, none, 'history.maxMegabytes', '500'),
      'notifications.quietHours',
      null,
    );
    expect(withoutSaved(values, edits).size).toBe(2);
    expect([...withoutSaved(withMegabytes(500), edits).keys()]).toEqual(['notifications.quietHours']);
  });

  it('is overtaken if somebody else changes the value', () => {
    const edits = withEdit(values, none, 'history.maxMegabytes', '500');
    expect(isOvertaken(values, edits, 'history.maxMegabytes')).toBe(false);
    expect(isOvertaken(withMegabytes(700), edits, 'history.maxMegabytes')).toBe(true);
    expect(isOvertaken(withMegabytes(700), edits, 'history.logs')).toBe(false);
    // Typing on does not hide it.
    const typedOn = withEdit(withMegabytes(700), edits, 'history.maxMegabytes', '5001');
    expect(isOvertaken(withMegabytes(700), typedOn, 'history.maxMegabytes')).toBe(true);
  });
});

describe('room in words', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1_240, '1.2 kB'],
    [999_400, '999 kB'],
    [999_600, '1 MB'],
    [20_500_000, '21 MB'],
    [2_000_000_000, '2 GB'],
    [7.2e15, '7200 TB'],
  ])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it('says what is removed', () => {
    const nothing = { bytes: 0, runs: 0 };
    const removal = {
      kinds: { screenshots: { bytes: 8e8, runs: 5 }, logs: { bytes: 1e6, runs: 1 }, texts: nothing },
      newest: { run_id: 'r', vm: 'vm-a', started_at: null },
    };
    expect(removalText(removal, 0)).toBe(
      'Saving this removes about 801 MB: screenshots of 5 runs, logs of 1 run.',
    );
    expect(
      removalText({ kinds: { screenshots: nothing, logs: nothing, texts: nothing }, newest: null }, 0),
    ).toContain('removes nothing yet');
  });

  it('reads typed numbers', () => {
    expect([
      typedNumber('12'),
      typedNumber(12.5),
      typedNumber('1,5'),
      typedNumber(''),
      typedNumber('-1'),
      typedNumber('10,000'),
      typedNumber('0.125'),
      typedNumber('1500.125'),
    ]).toEqual([12, 12.5, 1.5, null, null, null, 0.125, 1500.125]);
  });
});
