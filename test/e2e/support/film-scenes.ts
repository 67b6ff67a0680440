/** Tasks whose folder can be read: trajectories, screenshots and the log, as a VM or a copy of its files would give them. */
import type { TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { Screen, Screens, ScreensProblem, ScreenTask, TaskTexts } from '../../../src/shared/screens.ts';
import { runOf, taskOf } from '../../unit/feed/fixtures.ts';
import { fileOf, linesOf } from '../../unit/run/steps/support.ts';
import { vmName, type Bench } from './bench.ts';

export const filmRunId = 'waa-eval-vm-20260128-220312417';
/** Of the same task, three days later. */
export const laterRunId = 'run-later';
const dayMs = 86_400_000;
const secondMs = 1000;
/** Early enough for the run to be over. Whole seconds, as the benchmark writes them. */
const startedAt = Math.floor((Date.now() - 21 * dayMs) / secondMs) * secondMs;

export const filmTask: TaskRecord = taskOf('366de66e-cbae-4d72-b042-26390db2b145-WOS', {
  vm: vmName,
  runId: filmRunId,
  domain: 'notepad',
  instruction: 'Open Notepad, type the three shopping items, and save the file as list.txt.',
  steps: 6,
  startedAt: startedAt + 60 * secondMs,
  endedAt: startedAt + 130 * secondMs,
  score: 0,
  success: false,
});

const allActions = [
  'computer.os.open_program("notepad")',
  'computer.mouse.move(id=12)\ncomputer.mouse.single_click()',
  'computer.keyboard.write("milk\\nbread\\neggs")',
  'computer.keyboard.press("ctrl+s")',
  'computer.keyboard.write("list.txt")\ncomputer.keyboard.press("enter")',
  'DONE',
] as const;

export interface FilmOptions {
  readonly thought?: string;
  readonly texts?: Partial<TaskTexts>;
  /** Steps without a screenshot. */
  readonly blind?: readonly number[];
  /** Why the folder cannot be read. */
  readonly problem?: ScreensProblem;
  /** The screenshots are higher than they are wide, as on a phone. */
  readonly isPortrait?: boolean;
  /** What is different about the other run. */
  readonly later?: Pick<FilmOptions, 'thought' | 'blind' | 'problem'> & {
    /** How many of the steps it has. */
    readonly steps?: number;
    readonly change?: Partial<TaskRecord>;
  };
}

/** Records a run of three tasks and one more attempt, and the same task in another run. The second task is the one with the film. */
export function recordFilm(bench: Bench, options: FilmOptions = {}): void {
  const record = (taskId: string, changes: Partial<TaskRecord>): TaskRecord => ({
    ...filmTask,
    taskId,
    ...changes,
  });
  const run = {
    vm: vmName,
    startedAt,
    endedAt: startedAt + 400 * secondMs,
    lastEventAt: startedAt,
    state: 'finished' as const,
    totalTasks: 3,
    tasksCompleted: 3,
    succeeded: 1,
    scored: 2,
    scoredSucceeded: 1,
    scoreSum: 1,
  };
  const later = 3 * dayMs;
  bench.feed.commit({
    vm: vmName,
    at: Date.now(),
    runs: [
      runOf(filmRunId, run),
      runOf(laterRunId, {
        ...run,
        startedAt: startedAt + later,
        endedAt: startedAt + later + 400 * secondMs,
      }),
    ],
    tasks: [
      record('10000000-first-WOS', {
        instruction: 'Sort the table by its second column.',
        domain: 'libreoffice_calc',
        startedAt,
        endedAt: startedAt + 50 * secondMs,
        ...{ score: 1, success: true },
      }),
      filmTask,
      record('10007919-last-WOS', {
        instruction: 'Turn off notifications.',
        domain: 'settings',
        startedAt: startedAt + 140 * secondMs,
        endedAt: startedAt + 180 * secondMs,
        ...{ outcome: 'exception', score: null, success: false },
        message: 'openai.RateLimitError: Error code: 429 - You exceeded your current quota',
      }),
      {
        ...filmTask,
        ...{ attempt: 2, score: 1, success: true },
        startedAt: startedAt + 200 * secondMs,
        endedAt: startedAt + 260 * secondMs,
      },
      {
        ...filmTask,
        ...{ runId: laterRunId, score: 1, success: true },
        startedAt: startedAt + later,
        endedAt: startedAt + later + 90 * secondMs,
        ...options.later?.change,
      },
    ].map((task) => ({ record: task, tell: false })),
  });
  bench.keepLog(runOf(filmRunId, run), logText());
  const [first, second] = [
    screensOf(options),
    screensOf({ ...options, ...options.later }, options.later?.steps),
  ];
  const of = ({ runId }: ScreenTask): Screens => (runId === laterRunId ? second : first);
  bench.screens = {
    list: (task, signal) => of(task).list(task, signal),
    read: (task, name, signal) => of(task).read(task, name, signal),
    texts: (task, signal) => of(task).texts(task, signal),
  };
}

/** 9 by 20 pixels. */
const portrait = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAUCAIAAADQu4ACAAABSklEQVR42g3JoY6FQAxA0f0wJBKJapBkFKpBklGoCZJUoRok' +
    'qbrqBYlE8kE7x56/RmgSjdJkmkJjNE4TND/+WqFNtEqbaQut0Tpt0NbrhC7RKV2mK3RG53RBV68X+kSv9Jm+0Bu90wd9vUEY' +
    'EoMyZIbCYAzOEAz1RmFMjMqYGQujMTpjMNabhCkxKVNmKkzG5EzBVG8W5sSszJm5MBuzMwdzvUVYEouyZJbCYizOEiz1VmFN' +
    'rMqaWQursTprsNbbhC2xKVtmK2zG5mzBVm8X9sSu7Jm9sBu7swd7vUM4EodyZI7CYRzOERz1TuFMnMqZOQuncTpncNa7hCtx' +
    'KVfmKlzG5VzBVQ+BBAoZChg4BNS7hTtxK3fmLtzG7dzBXe8RnsSjPJmn8BiP8wRPvVd4E6/yZt7Ca7zOG7z1PuFLfMqX+Qqf' +
    '8Tlf8P34B/4JP0iKpW7yAAAAAElFTkSuQmCC',
  'base64',
);

/** "20260128@220412" */
const stamp = (atMs: number): string =>
  new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '@');

function screensOf(
  { thought, texts, blind = [], problem, isPortrait = false }: FilmOptions,
  count: number = allActions.length,
): Screens {
  const actions = allActions.slice(0, count);
  const atStep = (from: number, step: number): number => from + step * 10 * secondMs;
  const screensFrom = (from: number): readonly Screen[] =>
    Array.from({ length: actions.length + 1 }, (_, step) => step)
      .filter((step) => !blind.includes(step))
      .map((step) => ({
        name: `screenshot-step_${step === 0 ? 'reset' : step}_${stamp(atStep(from, step))}.png`,
        step,
        takenAt: atStep(from, step),
        sizeBytes: 4000,
      }));
  const trajectory = (from: number): string =>
    linesOf(
      ...actions.map((action, index) => ({
        step_num: index + 1,
        action_timestamp: stamp(atStep(from, index + 1)),
        action,
        response: thought ?? `Step ${index + 1}: the window is in front, so I go on with the list.`,
        reward: 0,
        done: index === actions.length - 1,
        info: {},
        screenshot_file: `screenshot-step_${index + 1}_${stamp(atStep(from, index + 1))}.png`,
      })),
    );
  const refused = problem === undefined ? null : ({ ok: false, problem } as const);
  return {
    list: ({ startedAt: from }) => Promise.resolve(refused ?? { ok: true, value: screensFrom(from ?? 0) }),
    read: (_task, name) => {
      const step = /step_(\d+)/.exec(name)?.[1] ?? '0';
      return Promise.resolve(
        refused ?? {
          ok: true,
          value: isPortrait ? portrait : stepPicture(Number(step), 40 + 50 * Number(step)),
        },
      );
    },
    texts: ({ startedAt: from }) =>
      Promise.resolve(
        refused ?? {
          ok: true,
          value: {
            texts: [
              fileOf('traj.jsonl', trajectory(from ?? 0), { modifiedAt: (from ?? 0) + 100 * secondMs }),
            ],
            screens: screensFrom(from ?? 0),
            clockOffsetMs: 0,
            ...texts,
          },
        },
      ),
  };
}

function logText(): string {
  let second = 0;
  const line = (message: string, place: string): string => {
    second += 2;
    const at = new Date(startedAt + second * secondMs).toISOString();
    return `[${at.slice(0, 10)} ${at.slice(11, 19)},000 INFO ${place}-MainProcess] ${message}\n`;
  };
  const steps = allActions
    .map(
      (action, index) =>
        line(`Step ${index + 1}: ${action.replaceAll('\n', ' ')}`, 'lib_run_single/56') +
        line('Reward: 0.00', 'lib_run_single/60') +
        line(`Done: ${index === allActions.length - 1 ? 'True' : 'False'}`, 'lib_run_single/61'),
    )
    .join('');
  return (
    line('[Domain]: notepad', 'run/224') +
    line(`[Example ID]: ${filmTask.taskId}`, 'run/225') +
    steps +
    line(`Finished notepad/${filmTask.taskId}`, 'run/280')
  );
}

/** The film's task as the address names it. */
export const filmPath = (query = ''): string =>
  `#/runs/${filmRunId}/tasks/${filmTask.taskId}?domain=notepad&attempt=1${query}`;

/** Both films of the task as the address names them. */
export const pairPath = (query = ''): string =>
  `#/compare?a=${filmRunId}&b=${laterRunId}&task=${filmTask.taskId}&domain=notepad${query}`;
