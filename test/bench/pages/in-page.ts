/**
 * What the browser does by itself while it is measured. Each function is sent to the page as its text, so it uses nothing but its
 * argument and what a browser has.
 */

/** The parts of a browser that are needed here. Node has no types for them. */
interface Place {
  scrollTop: number;
  readonly scrollHeight: number;
  /** The text in a field. */
  value: string;
  getAttribute(name: string): string | null;
  dispatchEvent(event: Event): boolean;
}
declare const document: { readonly body: Place; querySelector(selector: string): Place | null };
declare class KeyboardEvent extends Event {
  constructor(type: string, init: { readonly key: string; bubbles: boolean; cancelable: boolean });
}
declare const location: { hash: string };
declare function requestAnimationFrame(callback: () => void): void;
declare class PerformanceObserver {
  constructor(
    hear: (list: {
      getEntries(): readonly { readonly startTime: number; readonly duration: number }[];
    }) => void,
  );
  observe(options: { readonly type: string; readonly buffered?: boolean }): void;
}

/** What `watchLoad` has seen: milliseconds since the navigation. */
export interface Load {
  /** Null until the content is painted. */
  contentMs: number | null;
  /** Ends of tasks of more than 50 ms. */
  longTasks: { readonly startMs: number; readonly ms: number }[];
}
declare const benchLoad: Load;

/** Notes when all these places are there and painted. Runs before the page does. */
export function watchLoad(selectors: readonly string[]): void {
  const load: Load = { contentMs: null, longTasks: [] };
  Object.assign(globalThis, { benchLoad: load });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      load.longTasks.push({ startMs: startTime, ms: duration });
  }).observe({ type: 'longtask', buffered: true });
  const look = (): void => {
    const isThere = selectors.every((selector) => document.querySelector(selector) !== null);
    // The next frame begins when this one is painted.
    requestAnimationFrame(isThere ? () => (load.contentMs = performance.now()) : look);
  };
  requestAnimationFrame(look);
}

export const loadOf = (): Load => benchLoad;
export const isLoaded = (): boolean => benchLoad.contentMs !== null;

/** Goes to an address of the page, as a click on a link does. @returns milliseconds until its content is painted, and the longest task */
export async function changePage(to: {
  readonly hash: string;
  readonly selectors: readonly string[];
}): Promise<{ readonly ms: number; readonly longestTaskMs: number }> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(resolve));
  const tasksBefore = benchLoad.longTasks.length;
  const beganMs = performance.now();
  location.hash = to.hash;
  do await frame();
  while (!to.selectors.every((selector) => document.querySelector(selector) !== null));
  await frame();
  const ms = performance.now() - beganMs;
  // The browser reports long tasks a little later.
  for (let count = 0; count < 10; count += 1) await frame();
  const tasks = benchLoad.longTasks.slice(tasksBefore).map((task) => task.ms);
  return { ms, longestTaskMs: Math.max(0, ...tasks) };
}

export interface Scrolled {
  /** Milliseconds from one frame to the next. */
  readonly frames: readonly number[];
  /** Frames in which lines were still to be read. */
  readonly blank: number;
  readonly longestTaskMs: number;
}

/** Scrolls a place down by so many pixels in each frame. */
export async function scrollThrough(order: {
  readonly selector: string;
  readonly frames: number;
  readonly pixels: number;
}): Promise<Scrolled> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(resolve));
  const place = document.querySelector(order.selector);
  if (place === null) throw new Error('There is nothing to scroll.');
  place.scrollTop = 0;
  for (let count = 0; count < 60 || place.getAttribute('aria-busy') === 'true'; count += 1) await frame();
  const tasksBefore = benchLoad.longTasks.length;
  const frames: number[] = [];
  let blank = 0;
  let lastMs = performance.now();
  for (let count = 0; count < order.frames; count += 1) {
    place.scrollTop += order.pixels;
    await frame();
    const nowMs = performance.now();
    frames.push(nowMs - lastMs);
    lastMs = nowMs;
    if (place.getAttribute('aria-busy') === 'true') blank += 1;
  }
  for (let count = 0; count < 10; count += 1) await frame();
  const tasks = benchLoad.longTasks.slice(tasksBefore).map((task) => task.ms);
  return { frames, blank, longestTaskMs: Math.max(0, ...tasks) };
}

/** Scrolls a place to a part (0..1) of all of it, as the scroll bar does. @returns milliseconds until its lines are there */
export async function jumpTo(order: { readonly selector: string; readonly part: number }): Promise<number> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(resolve));
  const place = document.querySelector(order.selector);
  if (place === null) throw new Error('There is nothing to scroll.');
  const beganMs = performance.now();
  place.scrollTop = place.scrollHeight * order.part;
  await frame();
  do await frame();
  while (place.getAttribute('aria-busy') === 'true');
  return performance.now() - beganMs;
}

/** Presses the key that lists the keys. @returns milliseconds until the list is painted */
export async function listKeys(): Promise<number> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(resolve));
  const beganMs = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true, cancelable: true }));
  do await frame();
  while (document.querySelector('dialog[open]') === null);
  await frame();
  return performance.now() - beganMs;
}

/** Writes into the field of the search. @returns milliseconds until the lines are listed, and the longest frame meanwhile */
export async function searchFor(
  text: string,
): Promise<{ readonly ms: number; readonly longestFrameMs: number }> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(resolve));
  const field = document.querySelector('input[type=search]');
  if (field === null) throw new Error('There is no field to search by.');
  const beganMs = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  let [longestFrameMs, lastMs] = [0, beganMs];
  do {
    await frame();
    const nowMs = performance.now();
    [longestFrameMs, lastMs] = [Math.max(longestFrameMs, nowMs - lastMs), nowMs];
  } while (document.querySelector('[aria-label="Lines found"] li') === null);
  await frame();
  return { ms: performance.now() - beganMs, longestFrameMs };
}
