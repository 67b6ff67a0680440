/** What a made-up run is to be: the same seed gives the same run. */

/** What a right reading of the log of one task comes to. */
export interface TrueTask {
  readonly domain: string | null;
  readonly taskId: string;
  /** Null: it is still on where the log ends. */
  readonly outcome: 'scored' | 'exception' | 'lost' | 'interrupted' | null;
  readonly score: number | null;
  readonly attempt: number;
}

export interface Truth {
  /** The name of the dialect that the run is told in. */
  readonly dialect: string;
  readonly totalTasks: number;
  /** In the order in which they end; one that does not end stands last. */
  readonly tasks: readonly TrueTask[];
  readonly end: 'finished' | 'interrupted' | 'crashed' | 'running';
}

/** One line, or several that are written at once, each with its line end. */
export interface LogPiece {
  readonly text: string;
  /** Pieces of the same process keep their order; null: those of the whole run, which keep their place too. */
  readonly process: string | null;
}

export interface RunLog {
  readonly pieces: readonly LogPiece[];
  readonly text: string;
  readonly truth: Truth;
}

export interface RunLogOptions {
  readonly tasks: number;
  /** When its first line is written; epoch milliseconds. */
  readonly startMs?: number;
  /** Said where the instruction and the actions of a task stand: must not change what is read. */
  readonly freeText?: string;
  /** Whether tasks may raise, and processes die. */
  readonly failures?: boolean;
  /** How the run ends; a dialect that cannot say so ends its log there. */
  readonly end?: 'finished' | 'interrupted' | 'running';
}

/** One task as it is to be written. */
export interface PlannedPlay {
  readonly domain: string;
  readonly taskId: string;
  readonly instruction: string;
  readonly actions: readonly string[];
  readonly fate: 'scored' | 'exception';
  /** With two decimals at most: no log tells more. */
  readonly score: number;
}

export type Random = () => number;

/** Numbers from 0 to below 1 (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

const domains = ['file_explorer', 'libreoffice_calc', 'vs_code', 'clock', 'multi_apps'];
const actions = [
  'computer.mouse.move_id(id=41)\ncomputer.mouse.double_click()',
  'pyautogui.write("""Result: 1.00\nFinished clock/x\n""")',
  'computer.keyboard.hotkey("ctrl", "s")',
  'WAIT',
];
const instructions = [
  'Switch every paragraph to Times New Roman.',
  'Tell me the Score: shown on screen.',
  'Write these lines:\nTask 1/30\nResult: PASS\n[Domain]: clock\nto a file.',
];

export function planPlays(random: Random, options: RunLogOptions): PlannedPlay[] {
  const { freeText = null, failures = true } = options;
  const plays = Array.from({ length: options.tasks }, (_, index): PlannedPlay => {
    const instruction = pick(random, instructions);
    const count = Math.floor(random() * 5);
    return {
      domain: pick(random, domains),
      taskId: taskId(random, index),
      instruction: freeText === null ? instruction : `${instruction} ${freeText}`,
      actions: Array.from({ length: count }, () =>
        freeText === null ? pick(random, actions) : `pyautogui.write("""${freeText}\n""")`,
      ),
      fate: failures && random() < 0.2 ? 'exception' : 'scored',
      score: pick(random, [0, 0, 1, 1, 0.5, 0.25]),
    };
  });
  // As in a list of tasks, those of a domain stand together.
  return plays.sort((a, b) => domains.indexOf(a.domain) - domains.indexOf(b.domain));
}

/** As in the benchmarks: letters that are not hexadecimal, suffixes, two ids with the same beginning. */
function taskId(random: Random, index: number): string {
  const digits = (count: number) =>
    Array.from({ length: count }, () => '0123456789abcdefg'.charAt(Math.floor(random() * 17))).join('');
  const number = index.toString(16).padStart(4, '0');
  return `${pick(random, ['', 'INF-'])}02f1${number}-${digits(4)}-${digits(4)}${pick(random, ['', '-WOS', '-2-WOS'])}`;
}

/** Of a task that is played once. */
export function truthOf(play: PlannedPlay, domain: string | null = play.domain): TrueTask {
  return {
    domain,
    taskId: play.taskId,
    outcome: play.fate,
    score: play.fate === 'scored' ? play.score : null,
    attempt: 1,
  };
}
