/** How fast the pages are on a journal that is as large as after a year, beside a small one. */
import { chromium, type Browser, type Page } from '@playwright/test';
import { buildIfNeeded } from '../../../scripts/build.ts';
import { chromiumLaunch } from '../../support/tools.ts';
import { median } from '../broadcast/servers.ts';
import { startChild } from '../child.ts';
import { memoryMib, ownCpuSeconds } from '../cpu.ts';
import { quantile } from '../latency.ts';
import type { BenchContext } from '../waiting.ts';
import {
  changePage,
  isLoaded,
  jumpTo,
  listKeys,
  loadOf,
  scrollThrough,
  searchFor,
  watchLoad,
} from './in-page.ts';
import type { FilledJournal, JournalSize } from './journal.ts';
import { logSelector, pageNames, scenesOf, type PageName, type Scene } from './scenes.ts';
import type { PagesServerCommands } from './server.ts';

const sizes: Readonly<Record<'small' | 'large', JournalSize>> = {
  small: { runs: 5, tasksEach: 12, logLines: 2_000, steps: 15 },
  large: { runs: 500, tasksEach: 154, logLines: 200_000, steps: 15 },
};
export type SizeName = keyof typeof sizes;

/** Times in milliseconds: medians. */
export interface PageFigures {
  /** From the navigation to the first paint, to all of the content, and to when no more task of over 50 ms runs. */
  readonly firstPaintMs: number;
  readonly contentMs: number;
  readonly readyMs: number;
  /** From a key to the list of keys. */
  readonly keyMs: number;
  /** From another page to the content of this one, and the longest of them. */
  readonly changeMs: number;
  readonly slowestChangeMs: number;
  /** CPU time of the browser's process for a page, for one of them: unlike the others, it says the same on a busy machine. */
  readonly changeCpuMs: number;
  readonly longestTaskMs: number;
  readonly answers: readonly AnswerFigures[];
}

export interface AnswerFigures {
  /** With its query, without ids. */
  readonly path: string;
  readonly ms: number;
  /** CPU time of the server. */
  readonly cpuMs: number;
  readonly kilobytes: number;
}

export interface LogFigures {
  readonly frameP50Ms: number;
  readonly frameP95Ms: number;
  readonly longestFrameMs: number;
  readonly blankFrames: number;
  readonly longestTaskMs: number;
  readonly jumpMs: number;
  readonly searchMs: number;
  readonly longestSearchFrameMs: number;
  readonly searchAnswer: AnswerFigures;
}

export interface MemoryFigures {
  readonly heapMib: number;
  readonly nodes: number;
  /** Memory of the process that draws the page. */
  readonly residentMib: number;
}

export interface SizeFigures {
  readonly journal: FilledJournal;
  readonly pages: Readonly<Record<PageName, PageFigures>>;
  readonly log: LogFigures;
  readonly memory: { readonly first: MemoryFigures; readonly rounds: readonly MemoryFigures[] };
}

export interface PagesResult {
  readonly repetitions: number;
  readonly sizes: Readonly<Record<SizeName, SizeFigures>>;
}

/** @param isQuick fewer repetitions, rougher figures */
export async function measurePages(isQuick: boolean, context: BenchContext): Promise<PagesResult> {
  if (!buildIfNeeded()) throw new Error('The build failed.');
  const repetitions = isQuick ? 3 : 9;
  await using resources = new AsyncDisposableStack();
  const browser = await chromium.launch(chromiumLaunch);
  resources.defer(() => browser.close());
  return {
    repetitions,
    sizes: {
      small: await measureSize('small', repetitions, browser, context),
      large: await measureSize('large', repetitions, browser, context),
    },
  };
}

async function measureSize(
  size: SizeName,
  repetitions: number,
  browser: Browser,
  { signal, say }: BenchContext,
): Promise<SizeFigures> {
  const server = await startChild<PagesServerCommands, { readonly url: string }>('pages/server.ts', signal);
  try {
    say(`filling the ${size} journal of ${sizes[size].runs} runs`);
    const journal = await server.call.fill(sizes[size]);
    const scenes = scenesOf(journal);
    const visit: Visit = { url: server.ready.url, cpuMs: server.call.cpuMs, repetitions, browser, signal };
    const pages: Partial<Record<PageName, PageFigures>> = {};
    for (const name of pageNames) {
      say(`the page ${name} on the ${size} journal`);
      pages[name] = await measurePage(scenes[name], visit);
    }
    say(`the log on the ${size} journal`);
    const log = await measureLog(scenes.Log, visit);
    say(`memory on the ${size} journal`);
    const memory = await measureMemory(Object.values(scenes), visit);
    return { journal, pages: pages as Record<PageName, PageFigures>, log, memory };
  } finally {
    await server.close();
  }
}

interface Visit {
  readonly url: string;
  /** Reads the CPU time of the server. */
  readonly cpuMs: () => Promise<number>;
  readonly repetitions: number;
  readonly browser: Browser;
  readonly signal: AbortSignal;
}

const nowhere: Scene = { hash: '#/a/page/that/never/was', selectors: ['main h2[tabindex]'] };

/** Opens a page in a browser that has never seen BenchTray. */
async function opened({ url, browser }: Pick<Visit, 'url' | 'browser'>, scene: Scene): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(watchLoad, scene.selectors);
  await page.goto(`${url}/${scene.hash}`);
  await page.waitForFunction(isLoaded);
  return page;
}

async function measurePage(scene: Scene, visit: Visit): Promise<PageFigures> {
  const { repetitions, signal, url, browser } = visit;
  const loads: { firstPaintMs: number; contentMs: number; readyMs: number; keyMs: number }[] = [];
  const changes: { readonly ms: number; readonly longestTaskMs: number }[] = [];
  let [changeCpuSeconds, paths]: [number, readonly string[]] = [0, []];
  for (let nth = 0; nth < repetitions; nth += 1) {
    signal.throwIfAborted();
    const page = await opened(visit, scene);
    const keyMs = await page.evaluate(listKeys);
    await page.keyboard.press('Escape');
    const { contentMs, longTasks } = await page.evaluate(loadOf);
    const firstPaintMs = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
    );
    const readyMs = longTasks
      .filter(({ startMs }) => startMs < (contentMs ?? 0))
      .reduce((end, { startMs, ms }) => Math.max(end, startMs + ms), contentMs ?? Number.NaN);
    loads.push({ firstPaintMs, contentMs: contentMs ?? Number.NaN, readyMs, keyMs });
    if (nth === 0) paths = await askedFor(page, url);
    await page.evaluate(changePage, nowhere);
    const process = await rendererOf(browser);
    const before = ownCpuSeconds(process);
    changes.push(await page.evaluate(changePage, scene));
    changeCpuSeconds += ownCpuSeconds(process) - before;
    await page.context().close();
  }
  const of = (key: keyof (typeof loads)[number]): number => median(loads.map((load) => load[key]));
  const answers: AnswerFigures[] = [];
  for (const path of paths) answers.push(await measureAnswer(path, visit));
  return {
    firstPaintMs: of('firstPaintMs'),
    contentMs: of('contentMs'),
    readyMs: of('readyMs'),
    keyMs: of('keyMs'),
    changeMs: median(changes.map(({ ms }) => ms)),
    slowestChangeMs: Math.max(...changes.map(({ ms }) => ms)),
    changeCpuMs: (changeCpuSeconds * 1000) / repetitions,
    longestTaskMs: Math.max(...changes.map(({ longestTaskMs }) => longestTaskMs)),
    answers,
  };
}

/** Returns what the page has asked the server for since it was opened, each once. */
async function askedFor(page: Page, url: string): Promise<readonly string[]> {
  const addresses = await page.evaluate<string[]>(
    "performance.getEntriesByType('resource').map(({ name }) => name)",
  );
  const paths = addresses
    .filter((address) => address.startsWith(`${url}/api/`) && !address.includes('benchmark-sse'))
    .map((address) => address.slice(url.length));
  // A film reads one screenshot after the other.
  return [...new Map(paths.map((path) => [shortPath(path), path])).values()];
}

const shortPath = (path: string): string =>
  path
    .replace(/\/runs\/[^/?]+/, '/runs/ID')
    .replace(/\/tasks\/[^/?]+/, '/tasks/TASK')
    .replace(/\/screens\/[^/?]+/, '/screens/NAME')
    .replace(/([?&](?:a|b|before|domain|attempt|cursor))=[^&]+/g, '$1=…');

async function measureAnswer(
  path: string,
  { url, cpuMs, repetitions }: Pick<Visit, 'url' | 'cpuMs' | 'repetitions'>,
): Promise<AnswerFigures> {
  const ask = async (): Promise<{ readonly ms: number; readonly bytes: number }> => {
    const beganMs = performance.now();
    const response = await fetch(new URL(path, url));
    const { byteLength: bytes } = await response.arrayBuffer();
    return { ms: performance.now() - beganMs, bytes };
  };
  // The first one opens a connection.
  const { bytes } = await ask();
  const before = await cpuMs();
  const times: number[] = [];
  for (let nth = 0; nth < repetitions; nth += 1) times.push((await ask()).ms);
  const cpu = (await cpuMs()) - before;
  return {
    path: shortPath(path),
    ms: median(times),
    cpuMs: cpu / repetitions,
    kilobytes: bytes / 1000,
  };
}

/** As long as somebody scrolls who looks for something: 300 lines a second. */
const scrolling = { frames: 300, pixels: 100 };
const searched = 'exceeded';

async function measureLog(scene: Scene, visit: Visit): Promise<LogFigures> {
  const page = await opened(visit, scene);
  const scrolled = await page.evaluate(scrollThrough, { selector: logSelector, ...scrolling });
  const jumps: number[] = [];
  const searches: { readonly ms: number; readonly longestFrameMs: number }[] = [];
  for (let nth = 0; nth < visit.repetitions; nth += 1) {
    visit.signal.throwIfAborted();
    const part = (nth % 2 === 0 ? 0.5 : 0.1) + nth / 50;
    jumps.push(await page.evaluate(jumpTo, { selector: logSelector, part }));
    searches.push(await page.evaluate(searchFor, searched));
    await page.getByRole('searchbox').fill('');
    await page.getByRole('region', { name: 'Lines found' }).waitFor({ state: 'detached' });
  }
  await page.context().close();
  const frames = scrolled.frames.toSorted((a, b) => a - b);
  const runPath = scene.hash.slice(1).replace(/\/log$/, '');
  return {
    frameP50Ms: quantile(frames, 0.5),
    frameP95Ms: quantile(frames, 0.95),
    longestFrameMs: quantile(frames, 1),
    blankFrames: scrolled.blank,
    longestTaskMs: scrolled.longestTaskMs,
    jumpMs: median(jumps),
    searchMs: median(searches.map(({ ms }) => ms)),
    longestSearchFrameMs: Math.max(...searches.map(({ longestFrameMs }) => longestFrameMs)),
    searchAnswer: await measureAnswer(`/api${runPath}/log?q=${searched}`, visit),
  };
}

const rounds = 3;

/** Goes through all pages in one tab. What the first round adds is kept for a way back; what the others add is lost. */
async function measureMemory(scenes: readonly Scene[], visit: Visit): Promise<SizeFigures['memory']> {
  const [first] = scenes;
  if (first === undefined) throw new Error('There is no page.');
  const page = await opened(visit, first);
  const taken: MemoryFigures[] = [];
  const start = await memoryOf(page, visit.browser);
  for (let round = 0; round < rounds; round += 1) {
    for (const scene of [...scenes, first]) {
      visit.signal.throwIfAborted();
      await page.evaluate(changePage, nowhere);
      await page.evaluate(changePage, scene);
    }
    taken.push(await memoryOf(page, visit.browser));
  }
  await page.context().close();
  return { first: start, rounds: taken };
}

async function memoryOf(page: Page, browser: Browser): Promise<MemoryFigures> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const metric = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  const { now: residentMib } = memoryMib(await rendererOf(browser));
  return {
    heapMib: metric('JSHeapUsedSize') / 2 ** 20,
    nodes: metric('Nodes'),
    residentMib,
  };
}

/** Returns the number of the process that draws the page. Those of pages that were closed may still be there, and are smaller. */
async function rendererOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => ({ id, mib: memoryMib(id).now }))
    .toSorted((a, b) => b.mib - a.mib);
  return renderers[0]?.id ?? Number.NaN;
}
