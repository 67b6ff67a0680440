/** What stands in a report, and what never does. */
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { Painter } from '../../../src/main/engine/report/thumbnails/painter.ts';
import type { ErrorPayload } from '../../../src/shared/stream.ts';
import { errorOf } from '../feed/fixtures.ts';
import {
  inputOf,
  keptOf,
  nothingTold,
  reportText,
  runWith,
  screenOf,
  taskOf,
  tasksOf,
  type Task,
} from './fixtures.ts';

/** Makes thumbnails of as many bytes as are allowed. */
const greedy: Painter = {
  paint: (_, mostBytes) =>
    Promise.resolve({ kind: 'made', jpeg: new Uint8Array(mostBytes), width: 560, height: 315 }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
/** The tags and the attributes that only BenchTray may write. */
const tagsOf = (text: string): string[] => text.match(/<[a-z!/][^\s>]*/gi) ?? [];

describe('writeReport', () => {
  it('shows figures, tasks, reasons, environment and how it is counted', async () => {
    const text = await reportText(inputOf());
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain('<title>navi · gpt-4o on waa-eval-vm – BenchTray</title>');
    for (const words of [
      ...['56.1 %', '71 of 131', '154 of 154', '5 h 12 min', '$2.47', 'openai.RateLimitError: 429'],
      ...[
        '$0.38 per hour',
        'with 0 for each task without a score, the mean score is 48.0 %',
        'BenchTray 1.2.3',
      ],
      ...['Standard_D8ds_v5', 'Regular', 'the success threshold of the VM decided: 1.'],
      '23 tasks ended without a score',
    ])
      expect(text).toContain(words);
    expect(text.match(/<tr>/g)).toHaveLength(2 + 5 + 12);
    expect(text).toContain('BenchTray kept no screenshots of this task.');
  });

  it('draws two thousand bars for any number of attempts, and says what each stands for', async () => {
    const text = await reportText(inputOf({ tasks: tasksOf(5000) }));
    const charts = text.slice(
      text.indexOf('id="charts"'),
      text.indexOf('</section>', text.indexOf('id="charts"')),
    );
    expect(charts.match(/<title>/g)?.length).toBeLessThanOrEqual(2 * 2000);
    expect(charts).toContain('Each bar is the highest of 3 attempts.');
    expect(charts).not.toContain('width="0"');
  });

  it('has neither scripts nor addresses', async () => {
    const text = await reportText(inputOf({ tasks: tasksOf(154) }));
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|https?:|@import|url\(/i);
    expect(text).toContain("default-src 'none'; style-src 'sha256-");
  });

  it('escapes every text', async () => {
    const plain = await reportText(inputOf({ tasks: [taskOf(1), taskOf(5)] }));
    const hostile = fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</style></title><svg onload=alert(1)>',
      '&lt;b&gt;${1}`',
      '\u0000\u001b[31m<b\u202e>',
    );
    await fc.assert(
      fc.asyncProperty(hostile, fc.string(), async (bad, more) => {
        const text = `${bad}${more}`;
        const changes: Partial<Task> = { task_id: text, domain: text, instruction: text, message: text };
        const written = await reportText(
          inputOf({
            run: runWith({
              ...{
                run_id: text,
                vm: text,
                agent: text,
                model: text,
                benchmark: text,
                log: text,
                dialect: text,
              },
            }),
            tasks: [taskOf(1, changes), taskOf(5, { ...changes, task_id: `${text}2` })],
            facts: { ...inputOf().facts, resultDir: text },
          }),
        );
        // One domain in place of two, and a reason more.
        const kinds = new Set(tagsOf(plain));
        expect(tagsOf(written).filter((tag) => !kinds.has(tag))).toEqual([]);
        expect(written).not.toContain('\u001b');
        expect(written).not.toContain('\u202e');
        expect(written.replaceAll(/="[^"]*"/g, '')).not.toMatch(/<[^>]*\son\w+/i);
      }),
      { numRuns: 25 },
    );
  });

  it('masks secrets in every text, also where a text is cut', async () => {
    const secret = 'sk-0123456789abcdefghijklmnop';
    const long = `${'x'.repeat(150)} ${secret} ${'y '.repeat(300)}`;
    const changes: Partial<Task> = {
      task_id: `${secret}-1`,
      domain: secret,
      instruction: long,
      message: long,
    };
    const text = await reportText(
      inputOf({
        run: runWith({
          ...{ run_id: `run ${secret}`, vm: secret, agent: secret, model: secret, benchmark: secret },
          ...{ log: `host:/tmp/${secret}`, dialect: secret },
        }),
        tasks: [taskOf(1, changes), taskOf(5, changes)],
        facts: {
          ...inputOf().facts,
          resultDir: `--api_key=${secret}`,
          endMessage: `Authorization: Bearer ${secret}`,
        },
      }),
    );
    expect(text).toContain('***');
    expect(text).not.toContain('0123456789');
  });

  it('says why a task has no screenshots', async () => {
    const of = (task: Task) => ({ ...keptOf(task, []), why: 'room' });
    const text = await reportText(
      inputOf({ pictures: { of, screensOf: nothingTold, read: () => Promise.resolve(null) } }),
    );
    expect(text).toContain('BenchTray removed the kept screenshots of this task');
  });

  it('shows the last two screenshots that differ, and one for a copy that cannot be read', async () => {
    const asked: string[] = [];
    const text = await reportText(
      inputOf({
        tasks: [taskOf(1)],
        pictures: {
          of: (task) => keptOf(task, ['a', 'b', 'b', 'c', 'c']),
          screensOf: () => Promise.resolve([screenOf(3, 'before'), screenOf(5, 'after')]),
          read({ hash }) {
            asked.push(hash);
            return Promise.resolve(hash === 'b' ? null : stepPicture(1, 100));
          },
        },
      }),
      greedy,
    );
    expect(asked).toEqual(['b', 'c']);
    expect(text.match(/<img\s/g)).toHaveLength(1);
    expect(text).toMatch(/Before step 3 .*BenchTray cannot read its copy of this screenshot/s);
    expect(text).toMatch(/<figcaption>After step 5 /);
    expect(text).toContain('alt="Screen at the end of “Sort the table of sales');
    expect(text).toContain('1 screenshot could not be read.');
  });

  it('stays below 15 MB with 154 failed tasks, and shows two screenshots of each', async () => {
    const tasks = tasksOf(154).map((task) => ({ ...task, success: false, score: 0 }));
    const pictures = {
      of: (task: Task) => keptOf(task, ['a', 'b']),
      screensOf: nothingTold,
      read: () => Promise.resolve(new Uint8Array(400_000)),
    };
    const text = await reportText(inputOf({ tasks, pictures }), greedy);
    expect(text.match(/<img\s/g)).toHaveLength(308);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(15_000_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(14_000_000);
  });

  it('stays below 15 MB whatever a log claims, and says what it leaves out', async () => {
    const long = '“'.repeat(700);
    const tasks = Array.from({ length: 1500 }, (_, index) =>
      taskOf(index, {
        ...{
          task_id: `${index}${long}`,
          domain: `${index}${long}`,
          instruction: `${index}${long}`,
          message: long,
        },
        ...{ success: false, score: 0 },
      }),
    );
    const pictures = {
      of: (task: Task) => keptOf(task, ['a', 'b']),
      screensOf: nothingTold,
      read: () => Promise.resolve(new Uint8Array(400_000)),
    };
    const text = await reportText(inputOf({ tasks, pictures }), greedy);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(15_000_000);
    expect(text).toContain('500 more attempts are not listed.');
    expect(text).toMatch(/\d+ screenshots did not fit into the 15 MB of a report/);
  });

  it('makes no more thumbnails after two minutes, and says so', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const slow: Painter = {
      ...greedy,
      paint(...asked) {
        vi.advanceTimersByTime(50_000);
        return greedy.paint(...asked);
      },
    };
    const tasks = tasksOf(5).map((task) => ({ ...task, success: false, score: 0 }));
    const pictures = {
      of: (task: Task) => keptOf(task, ['a']),
      screensOf: nothingTold,
      read: () => Promise.resolve(stepPicture(1, 100)),
    };
    const text = await reportText(inputOf({ tasks, pictures }), slow);
    expect(text.match(/<img\s/g)).toHaveLength(3);
    expect(text).toContain('2 screenshots are left out, because the others took more than two minutes');
  });

  it('lists what went wrong around the run, and how many tasks were on meanwhile', async () => {
    const tasks = tasksOf(12);
    const at = (index: number): number => Date.parse(tasks[index]?.started_at ?? '');
    const error = (beganAt: number, changes: Partial<ErrorPayload> = {}) => ({
      ...{ kind: 'error' as const, id: 1, code: 'probe_down' as const, beganAt, ending: null },
      error: errorOf('vm-a', { code: 'probe_down', message: 'The probe <is> down.', ...changes }),
    });
    const text = await reportText(
      inputOf({
        tasks,
        incidents: [
          { ...error(at(2)), endedAt: at(4), lastedMs: 600_000 },
          { kind: 'silence', id: 2, why: 'not_running', beganAt: at(6), endedAt: at(6) + 90_000 },
          {
            ...error(at(9), { severity: 'critical', message: 'Bearer abcdef123456' }),
            endedAt: null,
            lastedMs: null,
          },
        ],
        incidentsFrom: at(0),
      }),
    );
    const rows = [...text.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) =>
      row
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    );
    expect(rows.filter((row) => /probe_down|not running/.test(row))).toEqual([
      expect.stringMatching(/The probe &lt;is&gt; down\. warning probe_down 10 min 3$/),
      expect.stringMatching(/BenchTray was not running\. 2 min 1$/),
      expect.stringMatching(/Bearer \*\*\*\.? critical probe_down not over 3$/),
    ]);
    expect(text).toContain('Shaded: 3 incidents.');
    expect(text.match(/class="incident"/g)).toHaveLength(3);
    expect(text).toMatch(/Errors before .* may be missing/);
  });

  it('is about a run without tasks, and one that is still on', async () => {
    const run = runWith({
      ...{ state: 'running', ended_at: null, total_tasks: 0, tasks_completed: 0, tasks_scored: 0 },
      ...{ mean_score: null, pass_rate: null, success_rate_planned: null, cost_usd: null },
    });
    const text = await reportText(inputOf({ run, tasks: [] }));
    expect(text).toContain('No task has ended.');
    expect(text).toMatch(/Running\s+when this was made/);
  });

  it('ends when nobody wants it any more', async () => {
    const controller = new AbortController();
    const { writeReport } = await import('../../../src/main/engine/report/index.ts');
    const pictures = {
      of: (task: Task) => keptOf(task, ['a']),
      screensOf: nothingTold,
      read: () => Promise.resolve(stepPicture(1, 100)),
    };
    const pieces = writeReport(inputOf({ pictures }), controller.signal);
    await pieces.next();
    controller.abort(new Error('gone'));
    await expect(pieces.next()).rejects.toThrow('gone');
    await expect(writeReport(inputOf(), controller.signal).next()).rejects.toThrow('gone');
  });
});
