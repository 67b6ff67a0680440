/**
 * Looks at the benchmark's processes and logs on one side of a VM: on the machine itself, or in the container. It searches all of
 * /proc when something changed, and once a minute. In between it asks by a pulse, which starts no process there, whether something did.
 */
import {
  pulseCommand,
  readPulse,
  type HostFacts,
  type InsideFacts,
  type Pulse,
  type ShellChannel,
} from '../../vm/index.ts';
import type { Tempo } from '../tempo.ts';
import { oneAtATime } from './once.ts';

export interface SideLookOptions<Facts extends HostFacts | InsideFacts> {
  readonly shell: () => ShellChannel | null;
  /** The newest facts; null: none are known of this side as it is now. */
  readonly facts: () => Facts | null;
  /** @param isSearch false: lists logs only */
  readonly words: (isSearch: boolean) => readonly string[];
  readonly read: (answer: string) => Facts;
  /** Returns the facts with the listed logs; everything else stays. */
  readonly withLogs: (before: Facts, listed: Facts) => Facts;
  /** Called with each answer; null: none came, or the search could not read all that it has to. */
  readonly onAnswer: (shell: ShellChannel | null, answer: string | null) => void;
  readonly learn: (facts: Facts) => void;
  readonly monotonicMs: () => number;
  readonly tempo: Tempo;
}

export interface SideLookWish {
  /** The log that is followed is not on this side, so others here are looked at rarely. */
  readonly isElsewhere: boolean;
}

export interface SideLook {
  /** Makes the next look a search. */
  mustSearch(): void;
  look(wish: SideLookWish): Promise<void>;
  /** Searches only if a known process has ended, or another one may have started. */
  pulse(): Promise<void>;
}

const askLimitSeconds = 8;
/** After so many searches in a row that failed, they come once a minute: each may leave a process behind that nothing can end. */
const mostFailedSearches = 3;
/** A process may become a benchmark by `exec` after the search, under an older number. */
const overlap = 20;

export function createSideLook<Facts extends HostFacts | InsideFacts>(
  options: SideLookOptions<Facts>,
): SideLook {
  const { shell: present, facts: known, read, learn, monotonicMs, tempo } = options;
  let searchedAtMs = Number.NEGATIVE_INFINITY;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let searchedBy: ShellChannel | null = null;
  let isWanted = false;
  /** Too many processes started since the last search to look at each. */
  let wereMany = false;
  /** Newest processes at the last two pulses. Each process is looked at twice, because it gets its command line a moment after its start. */
  let pulses: readonly [older: number | null, newer: number | null] = [null, null];
  /** The pulse that is under way. */
  let pulsing: Promise<void> | null = null;
  /** Processes that look like a benchmark, but are none. */
  let dismissed: ReadonlySet<number> = new Set();
  /** Known processes that have ended, by the pulses since the last search that read all. */
  let gone: ReadonlySet<number> = new Set();
  /** By the pulses since the last search that read all, a process that may be a benchmark has started. */
  let mayBeAnother = false;
  /** Searches in a row that were not answered, or could not read all. */
  let failedSearches = 0;
  /** The shell that the newest search was asked of. */
  let askedShell: ShellChannel | null = null;

  async function search(shell: ShellChannel): Promise<void> {
    const startedAtMs = monotonicMs();
    // What changes while the shell searches needs another search.
    isWanted = false;
    wereMany = false;
    askedShell = shell;
    const answer = await shell.ask(askLimitSeconds, options.words(true));
    const searched = answer === null ? null : readPulse(answer);
    const isWhole = searched !== null && !searched.isHung;
    failedSearches = isWhole ? 0 : failedSearches + 1;
    options.onAnswer(shell, isWhole ? answer : null);
    searchedAtMs = startedAtMs;
    if (answer === null || searched === null || present() !== shell) {
      isWanted = true;
      if (present() === shell) forgetGone();
      return;
    }
    listedAtMs = startedAtMs;
    searchedBy = shell;
    const { lastPid } = searched;
    pulses = [lastPid === null ? null : Math.max(0, lastPid - overlap), lastPid];
    const found = read(answer);
    learn(withUnread(found, searched));
    const seen = new Set(found.runners.map(({ pid }) => pid));
    gone = new Set(isWhole ? [] : [...gone].filter((pid) => !seen.has(pid)));
    if (isWhole) mayBeAnother = false;
    else isWanted = true;
  }

  /** Drops the known processes that have ended, as long as no search can say it, unless another one may have taken their place. */
  function forgetGone(): void {
    const facts = known();
    if (facts === null || mayBeAnother) return;
    const runners = facts.runners.filter(({ pid }) => !gone.has(pid));
    if (runners.length < facts.runners.length) learn({ ...facts, runners });
  }

  /** Returns the facts with the known processes that the search could not see. Pulses tell when one of them ends. */
  function withUnread(found: Facts, { isHung, skipped }: Pulse): Facts {
    const seen = new Set(found.runners.map(({ pid }) => pid));
    const unread = (known()?.runners ?? []).filter(
      ({ pid }) => !seen.has(pid) && !gone.has(pid) && (isHung || skipped.has(pid)),
    );
    return unread.length === 0 ? found : { ...found, runners: [...found.runners, ...unread] };
  }

  function isRecent(): boolean {
    return monotonicMs() - searchedAtMs < tempo.searchEveryMs;
  }

  function mayFailAgain(): boolean {
    return isRecent() && failedSearches >= mostFailedSearches;
  }

  function isSearchDue(shell: ShellChannel): boolean {
    // A container that was restarted may answer.
    const isNewSide = known() === null && shell !== askedShell;
    if (mayFailAgain() && !isNewSide) return false;
    return isWanted || known() === null || shell !== searchedBy || !isRecent();
  }

  async function feel(shell: ShellChannel, before: Facts): Promise<Pulse | null> {
    const answer = await shell.ask(askLimitSeconds, pulseCommand(pulses[0], before.runners));
    if (answer === null) return null;
    const felt = readPulse(answer);
    pulses = [pulses[1], felt.lastPid];
    gone = new Set([...gone, ...felt.gone]);
    mayBeAnother ||= felt.isMany || newCandidates(felt, before).length > 0;
    return felt;
  }

  /** Returns the processes that may be a benchmark's and that no search has looked at. */
  function newCandidates({ candidates }: Pulse, { runners }: Facts): readonly number[] {
    const found = new Set(runners.map(({ pid }) => pid));
    return candidates.filter((pid) => !found.has(pid) && !dismissed.has(pid));
  }

  /** Whether the found processes are out of date. */
  function isOutdated(felt: Pulse, facts: Facts): boolean {
    const { gone: ended, isMany } = felt;
    const unknown = newCandidates(felt, facts);
    if (ended.length > 0) return true;
    wereMany ||= isMany;
    if (unknown.length === 0 && !wereMany) return false;
    // A candidate may be no benchmark, and new candidates may come all the time.
    const pauseMs = unknown.length > 0 ? tempo.wholeLookEveryMs : tempo.logsElsewhereEveryMs;
    if (monotonicMs() - searchedAtMs < pauseMs) {
      isWanted ||= unknown.length > 0;
      return false;
    }
    dismissed = new Set([...dismissed, ...unknown].slice(-100));
    return true;
  }

  const look = oneAtATime(async ({ isElsewhere }: SideLookWish) => {
    await pulsing;
    const shell = present();
    const before = known();
    if (shell === null) {
      options.onAnswer(null, null);
      return;
    }
    if (isSearchDue(shell)) return search(shell);
    if (before === null) return;
    const lists = !isElsewhere || monotonicMs() - listedAtMs >= tempo.logsElsewhereEveryMs;
    if (lists) listedAtMs = monotonicMs();
    const [felt, listed] = await Promise.all([
      feel(shell, before),
      lists ? shell.ask(askLimitSeconds, options.words(false)) : '',
    ]);
    if (failedSearches === 0) options.onAnswer(shell, felt === null ? null : listed);
    if (felt === null || listed === null || present() !== shell) return;
    const facts = lists ? options.withLogs(before, read(listed)) : { ...before };
    learn(facts);
    // Some benchmarks are recognised only by their open log.
    const isNewLog = facts.logs.some(({ path }) => before.logs.every((other) => other.path !== path));
    if (mayFailAgain()) forgetGone();
    else if (isNewLog || isOutdated(felt, before)) await search(shell);
  });

  const pulse = async (): Promise<void> => {
    const shell = present();
    const before = known();
    if (shell === null || before === null || shell !== searchedBy) return;
    const felt = await feel(shell, before);
    if (felt === null || present() !== shell) return;
    if (mayFailAgain()) forgetGone();
    else if (isOutdated(felt, before)) await search(shell);
  };

  return {
    mustSearch() {
      isWanted = true;
    },
    look,
    async pulse() {
      if (look.isRunning || pulsing !== null) return;
      pulsing = pulse();
      await pulsing.finally(() => (pulsing = null));
    },
  };
}
