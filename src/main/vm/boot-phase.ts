/**
 * How far Windows has come, from the texts of dockur/windows: `msg.html` (the same words, with a percentage, in every version) and
 * the container's log. Pure; a boot only ever moves forwards.
 */
import type { Phase } from '../../shared/stream.ts';

export interface BootState {
  /** Null before the first word of this boot. */
  readonly phase: Phase | null;
  /** In words, as dockur says it. */
  readonly text: string | null;
  /** 0..100 */
  readonly percent: number | null;
  /** Last error of the container's own log that stops a boot. */
  readonly trouble: BootTrouble | null;
}

export interface BootTrouble {
  readonly code: 'kvm_missing' | 'disk_full';
  readonly text: string;
}

export const noBoot: BootState = { phase: null, text: null, percent: null, trouble: null };

const order: readonly Phase[] = [
  'starting',
  'downloading',
  'extracting',
  'configuring',
  'building',
  'booting',
  'oobe',
  'ready',
];

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

const troubles: readonly (readonly [RegExp, BootTrouble['code']])[] = [
  [/KVM acceleration (is )?not available/, 'kvm_missing'],
  [/(Not enough|Insufficient) free (disk )?space/, 'disk_full'],
];

const waitingLine = 'Waiting for a response from the windows server. This might take a while...';
// eslint-disable-next-line no-control-regex -- terminal escapes are what is removed here
const escapes = /\x1b\[[0-9;?=]*[A-Za-z]/g;

/** Reads one line of the container's log. */
export function readBootLine(state: BootState, line: string): BootState {
  // WAA's start script writes its waiting line every 5 s, also into the middle of a wget line.
  const text = line.replace(escapes, '').replaceAll(waitingLine, '').trim();
  if (text === '') return state;
  const trouble = troubles.find(([pattern]) => pattern.test(text));
  if (trouble !== undefined && !text.startsWith('❯ Warning')) {
    return { ...state, trouble: { code: trouble[1], text: text.replace(/^❯\s*(ERROR:\s*)?/, '') } };
  }
  if (/Starting Windows for \w+ v/.test(text)) {
    return { phase: 'starting', text: text.replace(/^❯\s*/, ''), percent: null, trouble: null };
  }
  const wget = /(?:^|[\s.])(\d{1,3})%\s+[\d.]+[KMG]?(?:[\s=]|$)/.exec(text);
  if (wget?.[1] !== undefined && /\.{4,}/.test(text)) {
    // The page tells tenths: a line of the log must not take them back.
    const percent = Math.max(state.percent ?? 0, Math.min(100, Number(wget[1])));
    return state.phase === 'downloading' ? { ...state, percent } : state;
  }
  return advance(state, text.replace(/^❯\s*/, ''));
}

/** Reads the page that dockur serves while it sets Windows up: `<p class="loading">Downloading Windows 11 (45.3%)</p>`. */
export function readBootPage(state: BootState, html: string): BootState {
  const shown = /<p[^>]*class="?loading"?[^>]*>([\s\S]*?)<\/p>/i.exec(html)?.[1];
  if (shown === undefined) return state;
  const text = decodeEntities(shown.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  const percent = /\((\d{1,3}(?:\.\d+)?)%\)/.exec(text)?.[1];
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
  return { ...state, phase, text: text.slice(0, 200), percent: null };
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
