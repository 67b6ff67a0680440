/**
 * How far Windows has come, from the texts of dockur/windows: `msg.html` (the same words, with a percentage, in every version) and
 * the container's log. Pure; a boot only ever moves forwards.
 */
import { bootPhases, type Phase } from '../../../shared/stream.ts';
import { readBootTrouble, withTrouble, type BootTrouble } from './boot-troubles.ts';

export interface BootState {
  /** Null before the first word of this boot. */
  readonly phase: Phase | null;
  /** In words, as dockur says it. */
  readonly text: string | null;
  /** 0..100 */
  readonly percent: number | null;
  /** What the container's log says is wrong with this boot, the newest last. */
  readonly troubles: readonly BootTrouble[];
}

export const noBoot: BootState = { phase: null, text: null, percent: null, troubles: [] };

const order: readonly Phase[] = [...bootPhases, 'ready'];

/** First match wins. Wording of versions 3.x to 6.x; "Succesfully"/"succesfully" are dockur's own older spellings. */
const wording: readonly (readonly [RegExp, Phase])[] = [
  [/Starting Windows for \w+ v/, 'starting'],
  [/Requesting .* from (the )?Microsoft server/, 'downloading'],
  [/Downloading /, 'downloading'],
  [/Download finished/, 'downloading'],
  [/Verifying downloaded ISO|Succ?ess?fully verified/, 'downloading'],
  [/Extracting /, 'extracting'],
  [/Detecting version from|Detected: /, 'extracting'],
  [/Adding (drivers|OEM|win.*\.xml)|(Creating|Writing) overlay image/, 'configuring'],
  [/Building .* image|Creating a \d+ ?G.* disk image/, 'building'],
  [/Windows started succes+fully/, 'oobe'],
  [/Booting .* using QEMU|BdsDxe: /, 'booting'],
  [/sending ACPI shutdown signal|Waiting for Windows to shutdown|Shutdown completed!/, 'stopping'],
];

const waitingLine = 'Waiting for a response from the windows server. This might take a while...';
/** No line of dockur's and no page of its set-up is as long; what a container says is not trusted to be theirs. */
const longestLine = 1_000;
const longestPage = 8_000;
/** "Downloading Windows 11 (45.3%)" */
const pagePercent = /\((\d{1,3}(?:\.\d+)?)%\)/;
// eslint-disable-next-line no-control-regex -- terminal escapes are what is removed here
const escapes = /\x1b\[[0-9;?=]*[A-Za-z]/g;

/** Reads one line of the container's log. */
export function readBootLine(state: BootState, line: string): BootState {
  // WAA's start script writes its waiting line every 5 s, also into the middle of a wget line.
  const text = line.slice(0, longestLine).replace(escapes, '').replaceAll(waitingLine, '').trim();
  if (text === '') return state;
  if (/Starting Windows for \w+ v/.test(text)) {
    return { ...noBoot, phase: 'starting', text: text.replace(/^❯\s*/, '') };
  }
  const trouble = readBootTrouble(text);
  if (trouble !== null) {
    const told = { ...state, troubles: withTrouble(state.troubles, trouble) };
    // Some say in the same breath what comes next: "…, will try another mirror now...".
    return text.endsWith('now...') ? { ...told, percent: null } : told;
  }
  const percent = loggedPercent(text);
  if (percent !== null) {
    // The page tells tenths: a line of the log must not take them back.
    return state.phase === 'downloading' && percent > (state.percent ?? -1)
      ? { ...state, percent, text: withPercent(state.text, percent) }
      : state;
  }
  return advance(state, text.replace(/^❯\s*/, ''));
}

/** Replaces the percentage in the text of the page, so that text and number never differ. */
function withPercent(text: string | null, percent: number): string | null {
  return text === null ? null : text.replace(pagePercent, `(${percent}%)`);
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
  const percent = pagePercent.exec(text)?.[1];
  const next = advance(state, text);
  // Short words between the phases ("Initializing disks...") belong to the phase that is on.
  if (next === state)
    return wording.some(([pattern]) => pattern.test(text)) ? state : { ...state, text, percent: null };
  return percent === undefined ? next : { ...next, percent: Math.min(100, Number(percent)) };
}

function advance(state: BootState, text: string): BootState {
  const phase = wording.find(([pattern]) => pattern.test(text))?.[1];
  if (phase === undefined) return state;
  if (phase === 'stopping') return { ...state, phase, text, percent: null };
  const isFurther = state.phase === null || order.indexOf(phase) > order.indexOf(state.phase);
  if (!isFurther && phase !== state.phase) return state;
  // Another text is another piece of work, with a percentage of its own: the next mirror, say, after one that failed.
  const isPast = order.indexOf(phase) > order.indexOf('downloading');
  const troubles = isPast ? state.troubles.filter(({ kind }) => kind !== 'download') : state.troubles;
  return { phase, text: text.slice(0, 200), percent: null, troubles };
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
