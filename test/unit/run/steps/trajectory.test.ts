/** `traj.jsonl`, as Windows Agent Arena and OSWorld write it, whole and broken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../support/any-character.ts';
import { entryOf, fileOf, linesOf, readAll, startMs } from './support.ts';

const traj = (text: string) => readAll([fileOf('traj.jsonl', text)]);

describe('a trajectory', () => {
  it("of Windows Agent Arena begins with the state before, and has the agent's plan in other files", () => {
    const text = linesOf(
      {
        ...{ step_num: 0, action_timestamp: '20260128@225512', action: null },
        screenshot: 'screenshot-step_reset_20260128@225512.png',
      },
      {
        ...{ step_num: 1, action_timestamp: '20260128@225520', action: 'computer.os.open_program("calc")' },
        ...{ reward: 0.5, done: false, info: {}, plan_result: 'plan_result-step_0_20260128@225520.txt' },
        screenshot: 'screenshot-step_0_20260128@225520.png',
      },
      {
        ...{ step_num: 1, action_timestamp: '20260128@225523', action: 'DONE', reward: 0, done: true },
        ...{ plan_result: 'No file, but the plan itself.', screenshot: 'a/b/shot.PNG' },
      },
    );
    const plan = fileOf('plan_result-step_0_20260128@225520.txt', 'I open\nthe calculator.\u001b[0m\n');
    expect(readAll([fileOf('traj.jsonl', text), plan])).toMatchObject({
      source: 'traj.jsonl',
      skippedLines: 0,
      steps: [
        {
          ...{ step: 0, at: startMs + 4_000, elapsedSeconds: 4, thought: null, action: null, reward: null },
          ...{ done: null, screenshot: 'screenshot-step_reset_20260128@225512.png' },
        },
        {
          ...{ step: 1, elapsedSeconds: 12, thought: 'I open\nthe calculator.', reward: 0.5, done: false },
          action: 'computer.os.open_program("calc")',
        },
        { step: 1, thought: 'No file, but the plan itself.', done: true, screenshot: 'shot.PNG' },
      ],
    });
  });

  it('of OSWorld has actions as text or object, answers in several forms, and times with and without microseconds', () => {
    const reading = traj(
      linesOf(
        entryOf(1, { action_timestamp: '20260128@225512123456' }),
        entryOf(2, { action: { action_type: 'CLICK', parameters: { x: 1 }, key: null } }),
        entryOf(3, { response: { state_correct: true, response: 'I said so.' } }),
        entryOf(4, {
          response: [
            { type: 'thinking', thinking: 'Hm.' },
            { type: 'text', text: 'So.' },
          ],
        }),
        entryOf(5, { response: { usage: 3 }, natural_language_action: 'Click on OK' }),
        entryOf(6, { action_timestamp: '2026-13-99', reward: 'x', done: 1, response: 7 }),
      ),
    );
    expect(reading.steps.map(({ at, thought, action }) => [at, thought, action]).slice(0, 5)).toEqual([
      [startMs + 4_123, 'I click 1.', 'pyautogui.click(1, 1)'],
      [startMs + 4_000, 'I click 2.', '{"action_type":"CLICK","parameters":{"x":1}}'],
      [startMs + 5_000, 'I said so.', 'pyautogui.click(3, 1)'],
      [startMs + 6_000, 'Hm.\nSo.', 'pyautogui.click(4, 1)'],
      [startMs + 7_000, 'Click on OK', 'pyautogui.click(5, 1)'],
    ]);
    expect(reading.steps[5]).toMatchObject({ at: null, reward: null, done: null, thought: null });
  });

  it('of Windows Agent Arena V2 is written before each action, all others after it', () => {
    const folder = 'screenshot/screenshot-step_0_20260128@225511.png';
    const v2 = { step_num: 1, action_timestamp: '20260128@225511', action: 'DONE', screenshot: folder };
    const reset = { ...v2, step_num: 0, action: null };
    expect(traj(linesOf(reset, v2)).screenMoment).toBe('before');
    expect(traj(linesOf({ ...v2, reward: 0 })).screenMoment).toBe('after');
    expect(traj(linesOf({ ...reset, reward: 0 }, entryOf(1))).screenMoment).toBe('after');
    // Neither a reward nor a folder tells.
    expect(traj(linesOf({ ...v2, screenshot: 'step_1.png' })).screenMoment).toBeNull();
    expect(traj(linesOf({ ...reset, reward: 0 })).screenMoment).toBeNull();
  });

  it('may end with an exception', () => {
    const waa = { Error: 'Exception in chrome/a', Exception: 'Read timed out.', Traceback: 'Traceback …' };
    expect(traj(linesOf(entryOf(1), waa))).toMatchObject({ error: 'Read timed out.', skippedLines: 0 });
    expect(traj(linesOf({ Error: "chrome/a - 'NoneType' object" }))).toMatchObject({
      ...{ error: "chrome/a - 'NoneType' object", steps: [], source: null },
    });
  });

  it('may have only the instruction, of a task that a person plays', () => {
    expect(
      traj(linesOf({ instruction: 'Open the file.', initial_state: 'initial_state.png' })),
    ).toMatchObject({
      ...{ instruction: 'Open the file.', steps: [], skippedLines: 0 },
    });
  });

  it('leaves out what it does not know, and counts it', () => {
    const text = `${linesOf(entryOf(1), { mode: 'cua_blackbox' }, { step_num: -1, action: 'x' })}[1]\nnull\nno JSON\n\n  \n`;
    expect(traj(text)).toMatchObject({ steps: [{ step: 1 }], skippedLines: 5 });
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:5717e7c8\nsize 7408\n';
    expect(traj(pointer)).toMatchObject({ steps: [], skippedLines: 3, source: null });
    expect(traj('')).toMatchObject({ steps: [], skippedLines: 0 });
  });

  it('of a hostile program is read in linear time', () => {
    const name = `${'a'.repeat(300_000)}/`;
    expect(traj(linesOf(entryOf(1, { screenshot_file: name })))).toMatchObject({
      steps: [{ step: 1, screenshot: null }],
    });
    const deep = `{"step_num": 1, "action": ${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`;
    expect(traj(deep + linesOf(entryOf(2)))).toMatchObject({
      steps: [{ step: 1, action: null }, { step: 2 }],
    });
  });

  it('does not count a line that is being written, and reads a last line without its end', () => {
    const whole = linesOf(entryOf(1), entryOf(2));
    expect(traj(whole.slice(0, -20))).toMatchObject({ steps: [{ step: 1 }], skippedLines: 0 });
    expect(traj(whole.trimEnd()).steps).toHaveLength(2);
    expect(traj(whole.replaceAll('\n', '\r\n'))).toMatchObject({ steps: [{}, {}], skippedLines: 0 });
  });

  it('has what Python calls a number', () => {
    const text = linesOf(entryOf(1)).replace('"reward":0', '"reward":NaN');
    expect(traj(text)).toMatchObject({ steps: [{ step: 1, reward: null }], skippedLines: 0 });
  });

  it('shows no secret, no control character, and no text without end', () => {
    const key = `sk-${'a1b2'.repeat(10)}`;
    const [step] = traj(
      linesOf(
        entryOf(1, {
          action: `login(api_key="${key}")\u0007`,
          response: `\u001b]0;title\u0007\u202e${'x '.repeat(4_985)}${key} ${'more '.repeat(400)}`,
        }),
      ),
    ).steps;
    expect(step?.action).toBe('login(api_key=***)');
    expect(step?.thought?.slice(0, 2)).toBe('x ');
    expect(step?.thought?.slice(9_960)).toMatch(/^[x ]+\*\*\* more .*…$/);
    expect(step?.thought?.length).toBeLessThanOrEqual(10_000);
  });

  it('keeps the first 1,000 steps', () => {
    const text = linesOf(...Array.from({ length: 1_005 }, (_, step) => entryOf(step)));
    expect(traj(text)).toMatchObject({ isCut: true, steps: { length: 1_000 }, skippedLines: 0 });
  });

  it('leaves texts out that no answer has room for', () => {
    const text = linesOf(
      ...Array.from({ length: 300 }, (_, step) => entryOf(step, { response: 'word '.repeat(2_000) })),
    );
    const { steps, isCut } = traj(text);
    expect([isCut, steps.length, steps.at(-1)?.thought, steps[0]?.thought?.length]).toEqual([
      true,
      300,
      null,
      9_999,
    ]);
  });

  it('of 50 MB is read in many short pieces, also if it is one line', () => {
    const line = Buffer.from(linesOf(entryOf(1, { info: { tree: 'x'.repeat(100_000) } })));
    const file = Buffer.alloc(50 * 1024 * 1024, line);
    const reading = readAll([fileOf('traj.jsonl', file)]);
    expect(reading.pauses).toBeGreaterThan(400);
    expect(reading.steps.length).toBeGreaterThan(400);
    const one = readAll([fileOf('traj.jsonl', Buffer.alloc(50 * 1024 * 1024, 'x'))]);
    expect(one).toMatchObject({ steps: [], skippedLines: 1 });
  });
});

describe('any trajectory', () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 60 });
  const step = fc.record({
    ...{
      step_num: fc.nat(200),
      action: fc.oneof(text, fc.jsonValue()),
      response: fc.oneof(text, fc.jsonValue()),
    },
    action_timestamp: fc.oneof(fc.constant('20260128@225512'), text),
  });

  it('gives each whole line as a step or counts it, whatever stands between them', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(step, fc.jsonValue(), text)), (entries) => {
        const lines = entries.map((entry) =>
          typeof entry === 'string' ? entry.replace(/[\r\n]/g, '') : JSON.stringify(entry),
        );
        const { steps, skippedLines, error, instruction } = traj(lines.map((line) => `${line}\n`).join(''));
        const known = Number(error !== null) + Number(instruction !== null);
        expect(steps.length + skippedLines + known).toBeLessThanOrEqual(
          lines.filter((line) => line.trim() !== '').length + known,
        );
        const whole = entries.filter((entry) => isStep(entry));
        expect(steps.length).toBe(whole.length);
      }),
    );
  });

  it('that is cut anywhere gives the first of its steps and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (entries, part) => {
          const bytes = new TextEncoder().encode(linesOf(...entries));
          const cut = readAll([fileOf('traj.jsonl', bytes.subarray(0, Math.floor(part * bytes.length)))]);
          expect(cut.skippedLines).toBe(0);
          expect(cut.steps).toEqual(traj(linesOf(...entries)).steps.slice(0, cut.steps.length));
        },
      ),
    );
  });

  it('has no character in its texts that could act on what shows them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (entries) => {
        for (const { thought, action } of traj(linesOf(...entries)).steps)
          for (const shown of [thought, action])
            expect(shown ?? '').not.toMatch(/[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]|[^\P{Cc}\n\t]/u);
      }),
    );
  });
});

function isStep(entry: unknown): boolean {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'action' in entry &&
    'step_num' in entry &&
    Number.isInteger(entry.step_num) &&
    (entry.step_num as number) >= 0
  );
}
