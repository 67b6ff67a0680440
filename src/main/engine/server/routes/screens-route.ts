/** `GET /api/runs/{id}/tasks/{task_id}/screens` and `…/screens/{name}`: the pictures of a task, fetched from its VM on demand. */
import type { ServerResponse } from 'node:http';
import type { Screen, Screens, ScreensProblem, ScreenTask } from '../../../../shared/screens.ts';
import type { Feed, StoredRun, TaskRecord } from '../../feed/index.ts';
import type { ScreensView } from './answer-schemas.ts';
import { attemptLimits, type AttemptTimes } from './attempt-limits.ts';
import { isWhole, mostPixels, pictureType, pixelCount } from './picture-file.ts';
import { sendProblem } from '../http/problem.ts';
import { attemptQuerySchema, parseQuery, type Parsed } from './query.ts';
import { route, sendBody, sendJson, type Asked, type Route } from '../http/routing.ts';

/** A picture never changes under its name, once it is whole; it is nobody else's to keep. */
const caching = 'private, max-age=86400, immutable';

const statuses: Readonly<Record<ScreensProblem['kind'], number>> = {
  disconnected: 503,
  absent: 404,
  'too-big': 413,
  late: 504,
  busy: 503,
  broken: 502,
};
/** Seconds after which another try may be worth it. */
const retryAfter: Readonly<Partial<Record<ScreensProblem['kind'], number>>> = { disconnected: 5, busy: 2 };

const noPicture: ScreensProblem = {
  kind: 'broken',
  detail: 'What the VM sent is neither a PNG nor a JPEG.',
};

const tooManyPixels: ScreensProblem = {
  kind: 'too-big',
  detail: `This picture says that it has more than ${mostPixels / 1_000_000} million pixels, which no screenshot has.`,
};

/** @param screensOf null: that VM is not watched (any more) */
export function screensRoutes(feed: Feed, screensOf: (vm: string) => Screens | null): Route[] {
  async function answer(
    asked: Asked,
    tell: (screens: Screens, task: ScreenTask, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { response } = asked;
    const found = findTask(feed, asked);
    if (!found.ok) {
      sendProblem(response, found.problem);
      return;
    }
    const screens = screensOf(found.value.vm);
    if (screens === null) {
      const detail = `The VM ${JSON.stringify(found.value.vm)} is not watched any more: its pictures cannot be had.`;
      sendProblem(response, { status: 404, detail });
      return;
    }
    await tell(screens, found.value, untilGone(response));
  }

  return [
    route('/api/runs/:id/tasks/:task/screens', (asked) =>
      answer(asked, async (screens, task, signal) => {
        const listed = await screens.list(task, signal);
        if (!listed.ok) {
          refuse(asked.response, listed.problem);
          return;
        }
        sendJson(asked.response, {
          run_id: task.runId,
          task_id: task.taskId,
          domain: task.domain,
          attempt: task.attempt,
          screens: listed.value.map((screen) => screenView(screen, task)),
        } satisfies ScreensView);
      }),
    ),
    route('/api/runs/:id/tasks/:task/screens/:name', (asked) =>
      answer(asked, async (screens, task, signal) => {
        const { response, named } = asked;
        const read = await screens.read(task, named['name'] ?? '', signal);
        if (!read.ok) {
          refuse(response, read.problem);
          return;
        }
        const { buffer, byteOffset, byteLength } = read.value;
        const picture = Buffer.from(buffer, byteOffset, byteLength);
        const type = pictureType(picture);
        if (type === null) {
          refuse(response, noPicture);
          return;
        }
        if (pixelCount(type, picture) > mostPixels) {
          refuse(response, tooManyPixels);
          return;
        }
        response.setHeader('Cache-Control', isWhole(type, picture) ? caching : 'no-store');
        response.setHeader('Content-Disposition', 'inline');
        // Shown by itself, it is a picture and nothing else.
        response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
        sendBody(response, type, picture);
      }),
    ),
  ];
}

/** Refused with 404 where the journal has no such task. */
function findTask(feed: Feed, { id, named, query }: Asked): Parsed<ScreenTask> {
  const parsed = parseQuery(attemptQuerySchema, query);
  if (!parsed.ok) return parsed;
  const { attempt, domain } = parsed.value;
  const run = feed.run(id);
  if (run === null) return unknown(`There is no run ${JSON.stringify(id)}.`);
  const taskId = named['task'] ?? '';
  const attempts = feed
    .tasksOf(run.runId)
    .filter((task) => task.taskId === taskId && (domain === undefined || task.domain === domain))
    .filter((task) => attempt === undefined || task.attempt === attempt);
  const current = currentAttempt(feed, run.vm);
  const isCurrent =
    current?.runId === run.runId &&
    current.taskId === taskId &&
    (domain === undefined || domain === current.domain);
  // The journal has an attempt when it is over.
  const wanted = isCurrent && attempt === undefined ? current : attempts.at(-1);
  if (wanted !== undefined) return withLimits(feed, run, wanted, current);
  const which = [
    JSON.stringify(taskId),
    ...(domain === undefined ? [] : [`of the domain ${JSON.stringify(domain)}`]),
    ...(attempt === undefined ? [] : [`with an attempt ${attempt}`]),
  ];
  return unknown(`The run ${JSON.stringify(id)} has no task ${which.join(' ')}.`);
}

function unknown(detail: string): Parsed<never> {
  return { ok: false, problem: { status: 404, detail } };
}

type Wanted = Pick<TaskRecord, 'runId' | 'taskId' | 'domain' | 'attempt' | 'startedAt' | 'endedAt'>;

/** The attempt that runs on the VM now; null: none is known. */
function currentAttempt(feed: Feed, vm: string): Wanted | null {
  const { run_id: runId, current_task: taskId, domain, state } = feed.snapshot(vm).progress ?? {};
  if (runId === undefined || taskId == null || (state !== 'running' && state !== 'stalled')) return null;
  return { runId, taskId, domain: domain ?? null, attempt: 0, startedAt: null, endedAt: null };
}

/** Answers 404 if no time separates this attempt's screenshots from those of another. */
function withLimits(feed: Feed, run: StoredRun, wanted: Wanted, current: Wanted | null): Parsed<ScreenTask> {
  const { taskId, domain, attempt } = wanted;
  const recorded = feed.attemptsAt(run.vm, domain, taskId);
  const isAtSame = current?.taskId === taskId && (domain ?? current.domain) === (current.domain ?? domain);
  const all = [...recorded, ...(isAtSame ? [current] : [])];
  const limits = attemptLimits(
    all.map((one) => timesOf(feed, one)),
    wanted === current
      ? all.length - 1
      : recorded.findIndex(
          (one) => one.runId === run.runId && one.attempt === attempt && one.domain === domain,
        ),
  );
  if (limits === null)
    return unknown(
      `The task ${JSON.stringify(taskId)} ran again, and nothing tells when: the screenshots of the run ${JSON.stringify(run.runId)} cannot be told from the others.`,
    );
  return {
    ok: true,
    value: {
      vm: run.vm,
      runId: run.runId,
      log: run.log,
      resultDir: run.arguments.resultDir,
      ...{ domain, taskId, attempt },
      // A result alone has no start time. The task began within its run in any case.
      startedAt: wanted.startedAt ?? run.startedAt,
      endedAt: wanted.endedAt ?? run.endedAt,
      ...limits,
    },
  };
}

/** An attempt's own times, within those of its run. */
function timesOf(feed: Feed, { runId, startedAt, endedAt }: Wanted): AttemptTimes {
  const run = feed.run(runId);
  return {
    ...{ runId, startedAt, endedAt },
    runStartedAt: run?.startedAt ?? null,
    runEndedAt: run?.endedAt ?? null,
  };
}

function screenView(screen: Screen, task: ScreenTask): ScreensView['screens'][number] {
  const path = ['api', 'runs', task.runId, 'tasks', task.taskId, 'screens', screen.name];
  const query = new URLSearchParams({
    ...(task.domain === null ? {} : { domain: task.domain }),
    ...(task.attempt === 0 ? {} : { attempt: String(task.attempt) }),
  });
  return {
    step: screen.step,
    name: screen.name,
    taken_at: new Date(screen.takenAt).toISOString(),
    size_bytes: screen.sizeBytes,
    url: `/${path.map(encodeURIComponent).join('/')}${query.size === 0 ? '' : `?${query.toString()}`}`,
  };
}

function refuse(response: ServerResponse, { kind, detail }: ScreensProblem): void {
  const seconds = retryAfter[kind];
  sendProblem(response, {
    status: statuses[kind],
    detail,
    ...(seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } }),
  });
}

/** Nobody waits for the answer any more: then the VM need not send it. */
function untilGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
