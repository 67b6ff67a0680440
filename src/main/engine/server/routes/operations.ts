/**
 * Every route with what it is asked and what it answers: what `/api/openapi.json` is made from. A route that is not in here cannot be
 * made (see `route`), and it reads its parameters by the schemas that stand in here.
 */
import type { z } from 'zod';
import type { ComponentName } from './components.ts';
import {
  attemptQuerySchema,
  doctorQuerySchema,
  runsQuerySchema,
  streamQuerySchema,
  tableQuerySchema,
} from './query.ts';

export interface Operation {
  /** Default: GET, and HEAD with it. */
  readonly method?: 'POST';
  /** The form of what is sent, as JSON. */
  readonly body?: ComponentName;
  /** On the loopback listener only, and for our own pages only. */
  readonly isLocal?: true;
  /** Name of the operation, for programs that are made from the description. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** What stands for `:name` in the path, in words. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Request headers that mean something here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of an answer of 200: by its content type a named form; null: text or bytes. */
  readonly content: Readonly<Record<string, ComponentName | null>>;
  /** Of an answer that is a stream: by the names of its events, the forms of their data. */
  readonly events?: Readonly<Record<string, ComponentName>>;
  /** Headers of an answer of 200. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** Answers besides 200: each is a problem, but for those below 400. Those that any route may give are left out. */
  readonly others?: Readonly<Record<number, string>>;
}

const runId = { id: 'Id of a run.' };
const taskPath = { ...runId, task: 'Id of a task, as the log prints it.' };
const unknownRun = { 404: 'There is no such run.' };
const setupCode = {
  'X-BenchTray-Setup': 'The set-up code of this process: the app has it, `benchtray serve` prints it.',
};
/** Of every route that needs the code. */
const setupRefusals = {
  401: 'The set-up code is missing or wrong, or a page of another origin asks.',
  404: 'Nothing can be set up here: the demo, or another machine asks.',
  429: 'Too many wrong codes: see `Retry-After`.',
};
const sentRefusals = {
  400: 'What was sent is no JSON of that form.',
  413: 'What was sent is too long.',
  415: 'What was sent is no `application/json`.',
  ...setupRefusals,
};
const vmFails = {
  502: 'What came from the VM is not whole.',
  503: 'The VM is not connected, or too many ask at once: see `Retry-After`.',
  504: 'The VM takes too long.',
};

/** By paths as URLPattern has them. */
export const operations = {
  '/api/benchmark-sse': {
    id: 'getStream',
    summary: 'The event stream',
    description:
      'Opens with `connected`, `vms`, what was missed, one `status` for each VM and one `progress` for its newest run; never ends by itself. ' +
      '`x-events` has the form of the data of each event.',
    query: streamQuerySchema,
    headers: { 'Last-Event-ID': 'Id of the last event that was received: what came after it follows.' },
    content: { 'text/event-stream': null },
    events: {
      connected: 'Connected',
      vms: 'Vms',
      status: 'Status',
      progress: 'Progress',
      task_complete: 'TaskComplete',
      error: 'Error',
      recovered: 'Recovered',
    },
    others: {
      400: 'A parameter cannot be read.',
      404: 'There is no such VM.',
      503: 'There are too many streams: see `Retry-After`.',
    },
  },
  '/api/status': {
    id: 'getStatus',
    summary: 'The newest picture of everything, for clients that must poll',
    headers: { 'If-None-Match': 'The `ETag` of an earlier answer.' },
    content: { 'application/json': 'State' },
    answerHeaders: { ETag: 'Stays while nothing but clocks move.' },
    others: { 304: 'Nothing has changed.' },
  },
  '/api/tasks': {
    id: 'listBackgroundTasks',
    summary: 'VM, container and run as background tasks',
    content: { 'application/json': 'BackgroundTasks' },
  },
  '/api/runs': {
    id: 'listRuns',
    summary: 'The recorded runs, newest first',
    query: runsQuerySchema,
    content: { 'application/json': 'Runs' },
    others: { 400: 'A parameter cannot be read.', 404: 'There is no such VM.' },
  },
  '/api/runs/:id': {
    id: 'getRun',
    summary: 'One run with its tasks',
    path: runId,
    content: { 'application/json': 'RunWithTasks' },
    others: unknownRun,
  },
  '/api/runs/:id/tasks': {
    id: 'listTasks',
    summary: 'The tasks of a run, as JSON or as CSV',
    description:
      "CSV for `?format=csv`, or where `Accept` likes `text/csv` better. It (RFC 4180) has the fields of `Task` as columns, in that order; what a spreadsheet would take for a formula has a `'` before it.",
    path: runId,
    query: tableQuerySchema,
    content: { 'application/json': 'Tasks', 'text/csv': null },
    others: { 400: 'A parameter cannot be read.', ...unknownRun },
  },
  '/api/runs/:id/tasks/:task/screens': {
    id: 'listScreens',
    summary: "Which pictures of a task's screen there are",
    path: taskPath,
    query: attemptQuerySchema,
    content: { 'application/json': 'Screens' },
    others: { 400: 'A parameter cannot be read.', 404: 'There is no such run, task or folder.', ...vmFails },
  },
  '/api/runs/:id/tasks/:task/screens/:name': {
    id: 'getScreen',
    summary: "One picture of a task's screen",
    path: { ...taskPath, name: 'One of those that are listed.' },
    query: attemptQuerySchema,
    content: { 'image/png': null, 'image/jpeg': null },
    others: {
      400: 'A parameter cannot be read.',
      404: 'There is no such run, task or picture.',
      413: 'The picture is too big.',
      ...vmFails,
    },
  },
  '/api/doctor': {
    id: 'runDoctor',
    summary: 'What is wrong, and what to do about it',
    description:
      'Looks at this BenchTray and at its VMs, and changes nothing. As an event stream, `check` tells every change of a check while it runs; ' +
      'last comes one `summary`, and the stream ends. As JSON, everything comes at the end. Closing the connection cancels it. ' +
      'Only for this machine, and not for pages of other sites: 403.',
    query: doctorQuerySchema,
    headers: {
      'Last-Event-ID': 'Id of the `summary`, which EventSource comes back with: 204, so that it stays away.',
    },
    content: { 'text/event-stream': null, 'application/json': 'DoctorAnswer' },
    events: { check: 'DoctorCheck', summary: 'DoctorSummary' },
    others: {
      204: 'The stream that is asked for anew is over.',
      400: 'A parameter cannot be read.',
      404: 'There is no such VM.',
      503: 'Too many ask at once: see `Retry-After`.',
    },
  },
  '/api/setup': {
    id: 'getSetup',
    summary: 'What the set-up page begins with',
    description: 'Without the set-up code it says only that one is needed, and whether the demo is on.',
    isLocal: true,
    headers: setupCode,
    content: { 'application/json': 'Setup' },
    others: setupRefusals,
  },
  '/api/setup/azure-vms': {
    id: 'listAzureVms',
    summary: 'The VMs of the Azure subscriptions of whoever is signed in',
    isLocal: true,
    headers: setupCode,
    content: { 'application/json': 'AzureVms' },
    others: {
      ...setupRefusals,
      502: 'Azure refuses, or nobody is signed in: `reason`, `detail` and `hint` say more.',
      503: 'Azure does not answer, or asks for a pause: see `Retry-After`.',
    },
  },
  '/api/setup/test': {
    id: 'testVm',
    summary: 'The doctor, live, on a VM that is not configured yet',
    description:
      'A stream of events that ends: `check` with a `DoctorCheck` at each change, `summary` with a `DoctorSummary` as the last. Nothing is kept; to hang up is to cancel.',
    isLocal: true,
    method: 'POST',
    headers: setupCode,
    body: 'VmDraft',
    content: { 'text/event-stream': null },
    events: { check: 'DoctorCheck', summary: 'DoctorSummary' },
    others: {
      ...sentRefusals,
      422: 'The VM cannot be configured like that: see `fields`.',
      503: 'There are too many tests already, or there is no doctor here.',
    },
  },
  '/api/setup/vms': {
    id: 'addVm',
    summary: 'Writes a VM into the configuration file',
    description:
      'Comments, layout and everything else in the file stay. The VM is watched as soon as the file has been read again.',
    isLocal: true,
    method: 'POST',
    headers: setupCode,
    body: 'VmDraft',
    content: { 'application/json': 'SavedVm' },
    others: {
      ...sentRefusals,
      409: 'The file is broken, was changed in this moment, or cannot be written. Nothing was written.',
      422: 'The VM cannot be configured like that: see `fields`.',
    },
  },
  '/api/setup/demo': {
    id: 'switchDemo',
    summary: 'Begins or ends the demo: a simulated VM that is watched besides what is configured',
    description: 'It is in no file. When it ends, all that was recorded of it is dropped.',
    isLocal: true,
    method: 'POST',
    headers: setupCode,
    body: 'DemoSwitch',
    content: { 'application/json': 'DemoSwitch' },
    others: { ...sentRefusals, 409: 'It cannot be started.' },
  },
  '/metrics': {
    id: 'getMetrics',
    summary: 'Figures in the text format of Prometheus',
    content: { 'text/plain': null },
  },
  '/healthz': {
    id: 'getHealth',
    summary: 'Answers as long as the process works, whatever the VMs do',
    content: { 'application/json': 'Health' },
  },
  '/api/openapi.json': {
    id: 'getDescription',
    summary: 'This description',
    content: { 'application/json': null },
  },
  '/': {
    id: 'getDashboard',
    summary: 'The dashboard',
    content: { 'text/html': null },
    others: { 404: 'The dashboard is not part of this installation.' },
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type ApiPath = keyof typeof operations;
