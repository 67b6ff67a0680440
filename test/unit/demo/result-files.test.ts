/** The simulated result folder: what is read of it by the very readers that a real one is read by. */
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { createResultFiles } from '../../../src/main/engine/demo/result-files.ts';
import { readResults, readScreens, readTextLines } from '../../../src/main/engine/vm/index.ts';

const at = Date.UTC(2026, 0, 28, 22, 55, 8);

describe('the simulated result folder', () => {
  it('has a result and pictures for each task, and is wiped by the next run', () => {
    const files = createResultFiles();
    files.clear('gpt-4o');
    files.addResult('notepad', 'a-WOS', 1, at + 2_000);
    files.addResult('clock', 'b-WOS', 0.5, at);
    const step = { domain: 'notepad', taskId: 'a-WOS', step: 0, action: null, thought: null, done: false };
    files.addStep(step, at);
    files.addStep({ ...step, step: 1, action: 'DONE', thought: 'It is done.', done: true }, at + 1_000);
    files.addException('notepad', 'a-WOS', 'Read timed out.', at + 1_500);
    const read = readResults(files.results(0, 0));
    expect(read.kind === 'ok' && read.value.lines.map(({ taskId, text }) => [taskId, text])).toEqual([
      ['b-WOS', '0.5'],
      ['a-WOS', '1.0'],
    ]);
    expect(readResults(files.results(at / 1000 + 1, 0))).toMatchObject({
      value: { told: 1, hasMore: false },
    });
    const folder = './pyautogui/a11y_tree/gpt-4o/0/notepad/a-WOS';
    const screens = readScreens(files.screens('notepad', 'a-WOS'));
    expect(screens).toMatchObject({
      kind: 'ok',
      value: [
        { folder, name: 'screenshot-step_reset_20260128@225508.png', modifiedAt: at / 1000 },
        { folder, name: 'screenshot-step_1_20260128@225509.png' },
      ],
    });
    expect(readTextLines(files.screens('notepad', 'a-WOS'))).toMatchObject({
      value: [{ folder, name: 'traj.jsonl' }],
    });
    expect(files.texts(folder, 'MARK', 300, ['99', 'traj.jsonl', '99', 'traj.md']).toString()).toBe(
      [
        'MARK traj.jsonl',
        '{"step_num":0,"action_timestamp":"20260128@225508","action":null,"screenshot":"screenshot-step_reset_20260128@225508.png"}',
        '{"step_num":1,"action_timestamp":"20260128@225509","action":"DONE","reward":0,"done":true,"info":{},' +
          '"screenshot":"screenshot-step_1_20260128@225509.png","plan_result":"plan_result-step_1_20260128@225509.txt"}',
        '{"Error":"Exception in notepad/a-WOS","Exception":"Read timed out."}',
        '',
        'MARK plan_result-step_1_20260128@225509.txt',
        'It is done.',
        'MARK',
        'end',
        '',
      ].join('\n'),
    );
    expect(readScreens(files.screens('', 'a-WOS'))).toEqual(screens);
    expect(readScreens(files.screens('clock', 'a-WOS'))).toEqual({ kind: 'absent' });
    const path = `${folder}/screenshot-step_1_20260128@225509.png`;
    const picture = stepPicture(1, 0).length;
    expect(files.screen(path, 100_000).toString('latin1')).toMatch(/^screen \d+\n\x89PNG/);
    expect(files.screen(path, 10).length).toBeLessThan(picture);
    expect(files.screen('./../x', 10).toString()).toBe('absent\n');
    files.clear('gpt-4.1');
    expect(readScreens(files.screens('notepad', 'a-WOS'))).toEqual({ kind: 'absent' });
    expect(files.results(0, 0)).toBe('end\n');
  });
});

describe('the picture of a step', () => {
  it('is a PNG of 320 by 200, another for each step and each program', () => {
    const picture = stepPicture(12, 200);
    expect(picture.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([320, 200]);
    const start = picture.indexOf('IDAT');
    const dots = inflateSync(picture.subarray(start + 4, start + 4 + picture.readUInt32BE(start - 4)));
    expect(dots).toHaveLength(321 * 200);
    expect(new Set(dots)).toEqual(new Set([0, 1, 2]));
    for (const other of [stepPicture(13, 200), stepPicture(12, 100)])
      expect(other.equals(picture)).toBe(false);
  });
});
