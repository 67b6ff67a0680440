/** Which benchmark a run belongs to. Pure. */

/** What the history knows of the tasks of a run. */
export interface TaskNames {
  /** Of any one task. */
  readonly taskId: string;
  /** Null: the tasks are in several domains, or in none. */
  readonly onlyDomain: string | null;
  /** Of any one task; null: it has none. */
  readonly domain: string | null;
}

/** Dialects that only one benchmark writes. Others come from programs that play several. */
const benchmarks: Readonly<Record<string, string>> = {
  waa: 'waa',
  osworld: 'osworld',
  coact: 'osworld',
  android_world: 'android_world',
  macosworld: 'macosworld',
  'cua-bench': 'cua-bench',
  'terminal-bench': 'terminal-bench',
};

/** "…-WOS", "…-wos", "…-WOS-2", "…-2-WOS": no other benchmark names tasks like this. */
const waaTask = /-wos(?:-\d+)?$/i;
const plainUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Domains of OSWorld (`evaluation_examples/test_all.json`). Its tasks are bare UUIDs, those of Windows Agent Arena never are. */
const osWorldDomains: readonly string[] = [
  'chrome',
  'gimp',
  'libreoffice_calc',
  'libreoffice_impress',
  'libreoffice_writer',
  'multi_apps',
  'os',
  'thunderbird',
  'vlc',
  'vs_code',
];

/**
 * Returns the benchmark of a run: "waa", "osworld", "android_world", "macosworld", "cua-bench", "terminal-bench", or the data set of a
 * Harbor job. Null: neither the dialect nor the names of the tasks tell.
 * @param tasks null: none is known
 */
export function benchmarkOf(dialect: string, tasks: TaskNames | null): string | null {
  const known = benchmarks[dialect] ?? null;
  if (known !== null || tasks === null) return known;
  // Harbor names the data set of a task as its source.
  if (dialect === 'harbor') return tasks.onlyDomain;
  if (waaTask.test(tasks.taskId)) return 'waa';
  const isOsWorld = plainUuid.test(tasks.taskId) && osWorldDomains.includes(tasks.domain ?? '');
  return isOsWorld ? 'osworld' : null;
}
