import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  recogniseLog,
  stopPrintAtEnd,
  type RunSessionState,
  type RunState,
} from '../../../src/main/engine/run/index.ts';
import { makeRunLog, runLogKinds } from '../../support/run-logs/index.ts';
import { context, openSession, readText, waaLog } from './support.ts';

/** As PowerShell writes it: with a byte order mark, and line ends of Windows. */
function wide(text: string, encoding: 'utf-16le' | 'utf-16be' = 'utf-16le'): Buffer {
  const bytes = Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}

/** Without what depends on the places of the lines, and without the texts that a session does not keep. */
function tasksOf(run: RunState | null) {
  if (run === null) return null;
  // Only a session collects evidence, and its state has no texts.
  const tasks = run.tasks.map(({ seen: _s, fault: _f, faultEvidence: _e, ...task }) => ({
    ...task,
    ...{ instruction: null, message: null },
  }));
  return { ...run, runId: '', parts: [], tasks };
}

function readBytes(bytes: Uint8Array, cuts: readonly number[] = [], from?: RunSessionState) {
  const session = openSession(from);
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  const steps = places.slice(1).map((to, index) => session.push(bytes.subarray(places[index], to), context));
  const state = steps.at(-1)?.state;
  if (state === undefined) throw new Error('nothing was read');
  return { state, effects: steps.flatMap(({ effects }) => effects) };
}

describe.each(runLogKinds)('a log of the kind %s', (kind) => {
  const seeds = fc.nat(1_000_000);

  it('is read in UTF-16 as in UTF-8, wherever it is cut and resumed', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (seed, cuts, isLittle) => {
        const { text } = makeRunLog(kind, seed, { tasks: 3 });
        const bytes = wide(text, isLittle ? 'utf-16le' : 'utf-16be');
        const plain = tasksOf(readText(text).run);
        const whole = readBytes(bytes, cuts);
        expect(tasksOf(whole.state.run)).toEqual(plain);
        expect(whole.state.offset).toBe(bytes.length);
        const half = readBytes(bytes.subarray(0, (cuts[0] ?? 0) % bytes.length || 1));
        const stored = JSON.parse(JSON.stringify(half.state)) as RunSessionState;
        const rest = readBytes(bytes.subarray(stored.offset), [], stored);
        expect(tasksOf(rest.state.run)).toEqual(plain);
        expect([...half.effects, ...rest.effects].length).toBe(whole.effects.length);
      }),
      { numRuns: 8 },
    );
  });

  it.each(['', '^[', '←', '\uFFFD', '#033', '\\x1b', '\\u001b'])(
    'is read where %j stands in the place of the escape byte of its colours',
    (mark) => {
      const { text } = makeRunLog(kind, 7, { tasks: 5 });
      expect(tasksOf(readText(text.replaceAll('\x1b', mark)).run)).toEqual(tasksOf(readText(text).run));
    },
  );

  it.each(['winarena-1  | ', '\x1b[36mrunner     | \x1b[0m', 'eval_1  | 2026-01-29T06:00:00.123456789Z '])(
    'is read behind the prefix of docker compose: %j',
    (prefix) => {
      const { text } = makeRunLog(kind, 11, { tasks: 5 });
      const shown = `Attaching to winarena-1\n${text.replaceAll(/^/gm, prefix)}`;
      expect(tasksOf(readText(shown).run)).toEqual(tasksOf(readText(text).run));
    },
  );

  it.each([
    ['docker logs --timestamps', '2026-01-29T06:00:00.123456789Z '],
    ['a file of Kubernetes', '2026-01-29T06:00:00.123456789+01:00 stderr F '],
    ['journalctl --output short-iso', '2026-01-29T06:00:00+0000 vm-1 python3[4711]: '],
    ['journalctl', 'Jan  9 06:00:00 vm-1 python3[4711]: '],
    ['journalctl --output short-full', 'Thu 2026-01-29 06:00:00 UTC vm-1 python3[4711]: '],
    ['journalctl --output short-unix', '1769666400.123456 vm-1 python3[4711]: '],
    ['docker service logs', 'waa_runner.1.0bz3dlc6xyr3@node-1    | '],
    ['srun --label', '0: '],
    ['mpirun --tag-output', '[1,0]<stdout>: '],
    ['ts', 'Jan 29 06:00:00 '],
    ["ts '%Y-%m-%d %H:%M:%S'", '2026-01-29 06:00:00 '],
    ["ts '[%Y-%m-%d %H:%M:%S]'", '[2026-01-29 06:00:00] '],
    ['ts -s', '00:00:05 '],
    ['annotate-output', '06:00:00 O: '],
    ['kubectl logs --prefix', '[pod/waa-0/runner] '],
    ['PyTorch', '[rank0]: '],
    ['torchrun --tee', '[default0]:'],
    ['Ray', '\x1b[36m(run_task pid=4711, ip=10.0.0.4)\x1b[0m '],
    ['podman-compose', '[winarena] | '],
    ['foreman', '\x1b[36m06:00:00 eval.1   | \x1b[0m'],
    ['pm2', '0|eval  | '],
  ])('is read behind the prefix of %s', (_which, prefix) => {
    const { text } = makeRunLog(kind, 12, { tasks: 5 });
    const shown = text.replaceAll(/^/gm, prefix);
    expect(tasksOf(readText(shown).run)).toEqual(tasksOf(readText(text).run));
    expect(tasksOf(readText(shown.replaceAll(/ +$/gm, '')).run)).toEqual(tasksOf(readText(text).run));
  });

  it('is read in the file that Docker keeps of it', () => {
    const { text } = makeRunLog(kind, 15, { tasks: 5 });
    const lines = text.split(/(?<=\n)/).map((log) => JSON.stringify({ log, stream: 'stderr', time: '' }));
    expect(tasksOf(readText(`${lines.join('\n')}\n{"log":"\n{"log":7}\n`).run)).toEqual(
      tasksOf(readText(text).run),
    );
  });

  it('is read behind a byte order mark', () => {
    const { text } = makeRunLog(kind, 16, { tasks: 5 });
    expect(tasksOf(readText(`\uFEFF${text}`).run)).toEqual(tasksOf(readText(text).run));
  });

  it('is read from the recording of a terminal', () => {
    const { text } = makeRunLog(kind, 13, { tasks: 5 });
    const lines = text.replaceAll('\n', '\x1b[K\r\n').replaceAll(/^(?=\w)/gm, '\x1b(B\x1b[m');
    const prompt = '\x1b]0;user@vm: ~/client\x07\x1b[?2004huser@vm:~/client$ python run.py\r\n\x1b[?2004l\r';
    const shown = `Script started on 2026-01-29 06:00:00+00:00 [TERM="xterm"]\r\n${prompt}${lines}`;
    expect(tasksOf(readText(shown).run)).toEqual(tasksOf(readText(text).run));
  });
});

// AndroidWorld's marks are no Latin letters, which a mixture of encodings loses.
it.each(runLogKinds.filter((kind) => kind !== 'android_world'))(
  'a log of the kind %s is read where PowerShell appended to a file in UTF-8',
  (kind) => {
    const { text } = makeRunLog(kind, 14, { tasks: 5 });
    const from = text.indexOf('\n', text.length / 2) + 1;
    const bytes = Buffer.concat([
      Buffer.from(text.slice(0, from)),
      Buffer.from(text.slice(from).replaceAll('\n', '\r\n'), 'utf16le'),
    ]);
    expect(tasksOf(readBytes(bytes).state.run)).toEqual(tasksOf(readText(text).run));
  },
);

describe('a log in UTF-16', () => {
  const { text } = makeRunLog('waa', 3, { tasks: 3 });

  it('is known by its first line where reading begins in its middle', () => {
    const bytes = wide(text);
    const from = bytes.indexOf(Buffer.from('\n\x1b', 'utf16le')) + 2;
    const { state } = readBytes(bytes.subarray(from), [1], {
      ...openSession().push(new Uint8Array(0), context).state,
      offset: from,
    });
    expect(state).toMatchObject({
      wide: 'utf-16le',
      offset: bytes.length,
      run: { dialect: 'waa', state: 'finished' },
    });
  });

  it('keeps letters of all languages', () => {
    const log = waaLog().begin('a').task('a', 'Öffne 文書 und schreibe „✓“ 📝.');
    expect(readBytes(wide(log.text())).state.run?.tasks[0]?.instruction).toBe(
      'Öffne 文書 und schreibe „✓“ 📝.',
    );
  });

  it('is recognised from a piece of it, and its last print is found', () => {
    const piece = wide(text).toString('utf8');
    expect(recogniseLog(piece).dialect).toBe('waa');
    const end = `${text}Interrupted by 15, shutting down\n`;
    expect(stopPrintAtEnd(wide(end).toString('utf8'))).toBe('Interrupted by 15, shutting down');
    expect(stopPrintAtEnd(wide(`Interrupted by 15, shutting down\n${text}`).toString('utf8'))).toBeNull();
  });

  it.each([40, 1])(
    'is not what begins with the %i zeros of a log that was emptied under its writer',
    (zeros) => {
      const bytes = Buffer.concat([Buffer.alloc(zeros), Buffer.from(text)]);
      expect(readBytes(bytes, [1]).state).toMatchObject({ run: { dialect: 'waa', state: 'finished' } });
      expect(readBytes(bytes).state.wide).toBeUndefined();
    },
  );

  it.each([
    ['of UTF-16', [0xff, 0xfe, 0x00, 0xc3, 0x28, 0x80, 0x0a]],
    ['of UTF-16, big-endian', [0xfe, 0xff, 0x0a]],
  ])('is not what only begins with the mark %s', (_which, noise) => {
    const { state } = readBytes(Buffer.concat([Buffer.from(noise), Buffer.from(text)]), [1, 3]);
    expect(state).toMatchObject({ run: { dialect: 'waa', state: 'finished' } });
    expect(state.wide).toBeUndefined();
  });

  it('is known by its mark, whatever its first letters are', () => {
    for (const encoding of ['utf-16le', 'utf-16be'] as const)
      expect(tasksOf(readBytes(wide(`开始\n${text}`, encoding), [3]).state.run)).toEqual(
        tasksOf(readText(text).run),
      );
  });

  it('is not what goes on with a zero, after a restart of BenchTray', () => {
    const cut = text.indexOf('\n', text.length / 2) + 1;
    const { state } = readBytes(Buffer.from(text.slice(0, cut)));
    const rest = Buffer.from(`\0${text.slice(cut)}`);
    expect(tasksOf(readBytes(rest, [], state).state.run)).toEqual(tasksOf(readText(text).run));
  });

  it('is read behind a long hole of zeros', () => {
    const cut = text.indexOf('\n', text.length / 2) + 1;
    const hole = '\0'.repeat(100_000);
    const { state } = readBytes(wide(text.slice(0, cut) + hole + text.slice(cut)));
    expect(tasksOf(state.run)).toEqual(tasksOf(readText(text).run));
  });

  it('is known without a byte order mark, whatever its first letters are', () => {
    for (const first of ['', '开始\n']) {
      const bytes = wide(first + text).subarray(2);
      expect(tasksOf(readBytes(bytes).state.run)).toEqual(tasksOf(readText(text).run));
    }
  });
});

describe('colours without their escape bytes', () => {
  it('do not make a text out of the log speak for it', () => {
    const copy = '[1;33m[2026-01-28 22:55:29,758 [31mINFO [32mrun/280-MainProcess[1;33m] [0mFinished clock/a';
    const log = (text: string) =>
      waaLog({ coloured: true }).begin('a').task('a').record('lib_run_single', `Step 1: ${text}`);
    expect(readText(log(`write("""\n${copy}\n""")`).text()).run?.tasks).toMatchObject([{ outcome: null }]);
    const plainCopy = copy.replaceAll(/\[\d[\d;]*m/g, '');
    const torn = log(`write("""\n${plainCopy}\n""")`).text().replaceAll('\x1b', '');
    expect(readText(torn).run?.tasks).toMatchObject([{ outcome: null, steps: 1 }]);
  });
});
