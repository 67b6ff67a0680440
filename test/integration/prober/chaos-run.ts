/** A long WAA run with its true outcome beside it, and a writer that plays it into a log that is moved about meanwhile. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.ts';

export interface TrueTask {
  readonly domain: string;
  readonly id: string;
  /** Null: it raised an exception. */
  readonly score: number | null;
  readonly steps: number;
}

export interface ChaosRun {
  readonly text: string;
  readonly tasks: readonly TrueTask[];
  /** Where the end of each task stands, bytes. */
  readonly ends: readonly number[];
}

const domains = ['chrome', 'libreoffice_calc', 'vs_code', 'settings'];

/** Written as run.py writes it, with the colours of its formatter, progress bars and texts that are no ASCII. */
export function chaosRun(taskCount: number, random: Random, startMs: number): ChaosRun {
  let atMs = startMs;
  const parts: string[] = [];
  const ends: number[] = [];
  let bytes = 0;
  const add = (text: string): void => {
    parts.push(text);
    bytes += Buffer.byteLength(text);
  };
  const say = (level: string, place: string, message: string): void => {
    atMs += 1 + random.below(40);
    const time = new Date(atMs).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23);
    add(`\x1b[1;33m[${time} \x1b[31m${level} \x1b[32m${place}-MainProcess\x1b[1;33m] \x1b[0m${message}\n`);
  };
  const tasks = Array.from({ length: taskCount }, (_, index): TrueTask => {
    const score = [1, 0, 0.5, null][random.below(4)] ?? null;
    const id = `${String(index).padStart(4, '0')}${random.below(1e9).toString(16)}-WOS`;
    return { domain: domains[random.below(4)] ?? '', id, score, steps: 1 + random.below(5) };
  });

  say('INFO', 'run/394', '\nTESTING ON TASK JSON PATH: evaluation_examples_windows/test_all.json');
  const list = tasks.map(({ domain, id }) => `('${domain}', '${id}')`).join(', ');
  say('INFO', 'run/436', `Worker 0 is doing tasks: [${list}]`);
  say(
    'INFO',
    'run/139',
    "Args: Namespace(max_steps=15, agent_name='navi', model='gpt-4o', worker_id=0, num_workers=1)",
  );
  for (const [index, { domain, id, score, steps }] of tasks.entries()) {
    add(
      `\rExample: ${String(index).padStart(3)}%|███▍      | ${String(index)}/${String(taskCount)} [10:11<10:11, 305.70s/it]\x1b[A`,
    );
    say('INFO', 'run/208', 'Windows Agent Arena: Starting on NORMAL difficulty');
    say('INFO', 'run/224', `[Domain]: ${domain}`);
    say('INFO', 'run/225', `[Example ID]: ${id}`);
    say('INFO', 'run/229', `[Instruction]: Überschrift „größer“ setzen – 標題を大きく 🖥️ (Result: 1.00)`);
    say(
      'ERROR',
      'desktop_env/260',
      'Not implemented! Reverting to snapshot is not supported for remote VMs!',
    );
    for (let step = 1; step <= steps; step += 1) {
      say('INFO', 'lib_run_single/41', 'Agent: Thinking...');
      say(
        'INFO',
        'lib_run_single/56',
        `Step ${String(step)}: import pyautogui\npyautogui.click(${String(random.below(900))}, 20)`,
      );
      say('INFO', 'lib_run_single/61', 'Done: False');
    }
    if (score === null) {
      say('ERROR', 'run/259', `Exception in ${domain}/${id}: Connection aborted`);
      say(
        'ERROR',
        'run/261',
        'Traceback (most recent call last):\n  File "run.py", line 250, in test\nConnectionError: aborted',
      );
    } else {
      say('INFO', 'lib_run_single/84', `Result: ${score.toFixed(2)}`);
      say('INFO', 'run/280', `Finished ${domain}/${id}`);
    }
    ends.push(bytes);
  }
  const scores = tasks.flatMap(({ score }) => (score === null ? [] : [score]));
  say(
    'INFO',
    'run/292',
    `Average score: ${String(scores.reduce((sum, score) => sum + score, 0) / scores.length)}`,
  );
  return { text: parts.join(''), tasks, ends };
}

/** Plays bytes into a log, as a process does that has opened it for appending. */
export interface LogWriter {
  /** How much has been written. */
  readonly written: number;
  /** Writes on from now on, up to this byte. */
  allow(upTo: number): void;
  /** Resolves when all has been written. */
  readonly done: Promise<void>;
  /** The log is renamed and made anew (logrotate). `reopens` false: the writer does not know yet, and goes on in the renamed one. */
  rotate(reopens: boolean): void;
  reopen(): void;
  /** The log is copied and cut (logrotate's copytruncate). */
  copyAndCut(): void;
  cut(): void;
}

const oldest = 40;

export function playInto(path: string, bytes: Buffer, random: Random, everyMs: number): LogWriter {
  appendFileSync(path, '');
  let file = openSync(path, 'a');
  let written = 0;
  let isOver = false;
  let allowed = bytes.length;

  async function play(): Promise<void> {
    while (written < bytes.length) {
      await pause(everyMs);
      const end = Math.min(allowed, bytes.length, written + 1 + random.below(500));
      if (end > written) written += writeSync(file, bytes, written, end - written);
    }
  }

  /** What was "x.log.1" is "x.log.2" now, and so on. */
  function shift(): void {
    for (let number = oldest; number >= 1; number -= 1)
      if (existsSync(`${path}.${String(number)}`))
        renameSync(`${path}.${String(number)}`, `${path}.${String(number + 1)}`);
  }

  function reopen(): void {
    if (isOver) return;
    closeSync(file);
    file = openSync(path, 'a');
  }

  return {
    get written() {
      return written;
    },
    allow(upTo) {
      allowed = upTo;
    },
    done: play().finally(() => {
      isOver = true;
      closeSync(file);
    }),
    rotate(reopens) {
      shift();
      renameSync(path, `${path}.1`);
      appendFileSync(path, '');
      if (reopens) reopen();
    },
    reopen,
    copyAndCut() {
      shift();
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
    },
    cut: () => truncateSync(path),
  };
}
