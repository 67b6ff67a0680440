/**
 * How far Windows has come, from the texts of dockur/windows: `msg.html` (the same words, with a percentage, in every version) and
 * the container's log. Pure; a boot only ever moves forwards.
 */
import { terminalCode } from '../common/terminal-code.ts';
import { bootPhases, type Phase } from '../../../shared/stream.ts';
import { bootStepOf } from './boot-steps.ts';
import { withTroubleOf, type BootTrouble } from './boot-troubles.ts';
import { lineTime } from './docker.ts';

export interface BootState {
  /** Null before the first word of this boot. */
  readonly phase: Phase | null;
  /** The step within the phase, in our own words; null: nothing is to be said beyond the phase. */
  readonly text: string | null;
  /** 0..100 */
  readonly percent: number | null;
  /** What the container's log says is wrong with this boot, the newest last. */
  readonly troubles: readonly BootTrouble[];
  /** What ended the start before, until this boot has come further than that one. */
  readonly carried: readonly BootTrouble[];
  /** The log of this boot was seen from its first line on. */
  readonly isWhole: boolean;
  /** When that line was written, by the VM's clock; epoch milliseconds, null: not known. */
  readonly beganAtMs: number | null;
  /** The log is read again, so its first line is no new boot. */
  readonly isReread: boolean;
  /** The log showed this boot before the engine reported its start. */
  readonly isAhead: boolean;
  /** This boot makes a new disk: it downloads, extracts or builds Windows. */
  readonly isInstall: boolean;
  /** When the log said that Windows has started, by the VM's clock; epoch milliseconds, null: it has not, or that is not known. */
  readonly windowsStartedAtMs: number | null;
}

export const noBoot: BootState = {
  ...{ phase: null, text: null, percent: null, troubles: [], carried: [] },
  ...{
    isWhole: false,
    beganAtMs: null,
    isReread: false,
    isAhead: false,
    isInstall: false,
    windowsStartedAtMs: null,
  },
};

const order: readonly Phase[] = [...bootPhases, 'ready'];
const installPhases: readonly Phase[] = ['downloading', 'extracting', 'configuring', 'building'];

const waitingLine = 'Waiting for a response from the windows server. This might take a while...';
/** No line of dockur's and no page of its set-up is as long; what a container says is not trusted to be theirs. */
const longestLine = 1_000;
const longestPage = 8_000;
/** "Downloading Windows 11 (45.3%)" */
const pagePercent = /\((\d{1,3}(?:\.\d+)?)%\)/;

/** Reads one line of the container's log, with or without the time that docker puts in front. */
export function readBootLine(state: BootState, line: string): BootState {
  const time = lineTime.exec(line)?.[1];
  const said = time === undefined ? line : line.slice(time.length + 1);
  // WAA's start script writes its waiting line every 5 s, also into the middle of a wget line.
  const text = said.slice(0, longestLine).replace(terminalCode, '').replaceAll(waitingLine, '').trim();
  if (text === '') return state;
  if (/Starting Windows for \S+ v\d/.test(text)) {
    return firstLine(state, epochMs(time), bootStepOf(text)?.words ?? null);
  }
  const troubles = withTroubleOf(state.troubles, text, state.phase);
  if (troubles !== state.troubles) {
    // Some say in the same breath what comes next: "…, will try another mirror now...".
    return text.endsWith('now...') ? { ...state, troubles, percent: null } : { ...state, troubles };
  }
  const percent = loggedPercent(text);
  if (percent !== null) {
    // The page tells tenths: a line of the log must not take them back.
    return state.phase === 'downloading' && percent > (state.percent ?? -1) ? { ...state, percent } : state;
  }
  const next = advance(state, text.replace(/^❯\s*/, ''));
  return next.phase === 'oobe' && state.phase !== 'oobe'
    ? { ...next, windowsStartedAtMs: epochMs(time) }
    : next;
}

/** Reads the first line of a boot: of a new one, or of the same one read again. */
function firstLine(state: BootState, beganAtMs: number | null, text: string | null): BootState {
  const isTimed = beganAtMs !== null && state.beganAtMs !== null;
  const isSame = isTimed ? beganAtMs === state.beganAtMs : state.isReread;
  // An engine that ignores `--since` sends old boots first.
  const isOlder = isTimed && beganAtMs < state.beganAtMs;
  const begun = isOlder ? noBoot : isSame ? { ...noBoot, carried: state.carried } : nextBoot(state);
  const isAhead = isSame ? state.isAhead : !isOlder && state.isWhole;
  return { ...begun, phase: 'starting', text, isWhole: true, isAhead, beganAtMs };
}

function epochMs(time: string | undefined): number | null {
  const atMs = Date.parse(time ?? '');
  return Number.isNaN(atMs) ? null : atMs;
}

/** Returns the state to read the log of the same boot with once more, from its beginning. */
export function bootAgain(state: BootState): BootState {
  return { ...state, isReread: true };
}

/** Reads what the log of one boot has said so far, in lines. */
export function readBootLog(state: BootState, lines: readonly string[]): BootState {
  return lines.reduce(readBootLine, bootAgain(state));
}

/** Returns the newest trouble of a kind, of this boot or else of the one before; undefined: there is none. */
export function bootTrouble(
  { troubles, carried }: BootState,
  kind: BootTrouble['kind'],
): BootTrouble | undefined {
  return [...carried, ...troubles].findLast((trouble) => trouble.kind === kind);
}

/** Returns the state of a boot that has only begun, after this one. It carries what ended this one. */
export function nextBoot(before: BootState): BootState {
  const ended = endOf(before);
  // A boot that ended without a word keeps what ended the boot before it.
  return { ...noBoot, carried: ended.length === 0 ? before.carried : ended };
}

/**
 * Returns a boot that carries what ended the one before.
 * @param earlier what the log said before this boot, each line with its time
 * @param startedAt when the container was started for this boot
 */
export function carryInto(boot: BootState, earlier: readonly string[], startedAt: string): BootState {
  const startMs = Date.parse(startedAt);
  const isEarlier = (line: string): boolean => (epochMs(lineTime.exec(line)?.[1]) ?? Infinity) < startMs;
  const { carried } = nextBoot(earlier.filter(isEarlier).reduce(readBootLine, noBoot));
  return { ...boot, carried: boot.phase === null ? carried : notPassed(carried, boot.phase) };
}

/** Whether a boot in this phase overcame its own trouble: another download worked, or there was enough space. */
function isOvercome({ kind, phase }: BootTrouble, at: number): boolean {
  if (kind === 'download') return at > order.indexOf('downloading');
  return kind === 'disk' && at > order.indexOf(phase ?? 'building');
}

/** Returns the troubles of the start before that this boot has not overcome yet. */
function notPassed(carried: readonly BootTrouble[], phase: Phase): readonly BootTrouble[] {
  const at = order.indexOf(phase);
  // If the phase of the start before is unknown, it did not boot.
  return carried.filter((trouble) => at <= order.indexOf(trouble.phase ?? 'building'));
}

/** Returns the state of a boot whose start the engine has just reported: its log may have shown it already. */
export function reportedBoot(boot: BootState, startedAt: string): BootState {
  const isEarlier = boot.beganAtMs !== null && boot.beganAtMs < Date.parse(startedAt);
  return boot.isAhead && !isEarlier ? { ...boot, isAhead: false } : nextBoot(boot);
}

const isUpIn = (phase: Phase | null): boolean => phase === 'oobe' || phase === 'ready';

/**
 * Returns the troubles that may have ended a boot, the newest last. Once Windows was up, earlier troubles do not count, except those of
 * kind `start`.
 */
export function endingTroubles({ phase, troubles }: BootState): readonly BootTrouble[] {
  const wasUp = isUpIn(phase) || phase === 'stopping';
  return troubles.filter(
    ({ kind, phase: at }) => at !== 'stopping' && (!wasUp || isUpIn(at) || kind === 'start'),
  );
}

/** Returns what ended a boot, the newest last. */
function endOf({ phase, troubles }: BootState): readonly BootTrouble[] {
  // A trouble during a shutdown, or one that Windows overcame, did not end the boot.
  const isUp = isUpIn(phase) || phase === 'stopping';
  return troubles.filter(
    ({ kind, phase: at }) =>
      at !== 'stopping' && kind !== 'memory' && (!isUp || kind === 'kvm' || kind === 'start'),
  );
}

/**
 * Percent in a line of a progress report, null in any other: wget's dots or (on a terminal) its bar, "…... 35%  123M 1m48s" and
 * "35%[=====>   ] 1.8G"; the growing line of version 6, "10% → 20% → 30%", which comes when it is complete.
 */
function loggedPercent(text: string): number | null {
  const report =
    /\.{4}[\s.]*(\d{1,3})%\s+[\d.]+[KMG]?(?:[\s=]|$)/.exec(text) ??
    /(?:^|\s)(\d{1,3})%\s*\[[=> +-]*\]/.exec(text) ??
    /^(?:→\s*)?(?:\d{1,3}%\s*→\s*)*(\d{1,3})%(?:\s*→)?$/.exec(text);
  return report?.[1] === undefined ? null : Math.min(100, Number(report[1]));
}

/** Reads the page that dockur serves while it sets Windows up: `<p class="loading">Downloading Windows 11 (45.3%)</p>`. */
export function readBootPage(state: BootState, html: string): BootState {
  const shown = /<p[^<>]*class="?loading"?[^<>]*>([\s\S]*?)<\/p>/i.exec(html.slice(0, longestPage))?.[1];
  if (shown === undefined) return state;
  const text = decodeEntities(shown.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  const step = bootStepOf(text);
  // Short words between the phases ("Initializing disks...") belong to the phase that is on.
  if (step?.phase == null) return { ...state, text: step?.words ?? null, percent: null };
  const next = advance(state, text);
  const percent = pagePercent.exec(text)?.[1];
  return next === state || percent === undefined
    ? next
    : { ...next, percent: Math.min(100, Number(percent)) };
}

function advance(state: BootState, text: string): BootState {
  const step = bootStepOf(text);
  if (step?.phase == null) return state;
  const { phase, words } = step;
  if (phase === 'stopping') return { ...state, phase, text: words, percent: null };
  const at = order.indexOf(phase);
  if (state.phase !== null && phase !== state.phase && at < order.indexOf(state.phase)) return state;
  return {
    ...state,
    // Another text is another piece of work with its own percentage, for example the next mirror.
    ...{ phase, text: words, percent: null },
    troubles: state.troubles.filter((trouble) => !isOvercome(trouble, at)),
    carried: notPassed(state.carried, phase),
    isInstall: state.isInstall || installPhases.includes(phase),
  };
}

function decodeEntities(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
