/**
 * The cheapest question to a shell: are the known benchmark processes still the same, and did another one start? The shell answers
 * it by its own commands, without starting a process. Searching all of /proc is for the moments when this says that something changed.
 */
import type { Runner } from './surroundings.ts';

/**
 * The part of the shell script.
 *
 *   `pulse SINCE PID:START …`   a line `last PID`, the newest process of this machine; a line `gone PID` for each of these processes that
 *                               has ended, or whose number another process has; `candidate PID` for each process after SINCE that
 *                               may be a benchmark's by its command line; `many` instead, if there are too many to look at. SINCE `-`: looks at none
 */
export const pulseScript = String.raw`
# Sets $started to the start time of a process, in ticks since boot; empty: it has ended.
look_up_start() {
  started=
  { IFS= read -r fields <"/proc/$1/stat"; } 2>/dev/null || return 1
  # Its name, in parentheses, may contain anything.
  fields=${'$'}{fields##*) }
  case $fields in Z*|X*) return 1;; esac
  set -f; set -- $fields; set +f
  started=${'$'}{20-}
  [ "$started" ]
}
# Threads have numbers as well.
is_process() {
  while read -r key value; do
    case $key in Tgid:) [ "$value" = "$1" ]; return;; esac
  done 2>/dev/null <"/proc/$1/status"
  return 1
}
# Sets $words: a command line without the ends of its words and lines; an argument may hold lines. Of a long text it reads the first 500:
# each line costs as much as all before it.
read_words() {
  words= left=500
  # A read that fails, as it does when the process ends between two lines, leaves bash the line before: with its text, it would read for ever.
  while line=; IFS= read -r line || [ "$line" ]; do
    words=$words$line left=$((left - 1))
    [ "$left" -gt 0 ] || break
  done 2>/dev/null <"$1"
}
# Whether $words may be those of a benchmark's script, or hold arguments of a benchmark. read_arguments decides.
may_be_runner() {
  case $words in
    *run.py*|*run_multienv*|*run_coact*|*python*-*m*run*|*--result[_-]dir*|*--gui[_-]agent[_-]name*|*--test[_-]all[_-]meta[_-]path*|*--observation[_-]type*|*--emulator[_-]ip*|*--diff[_-]lvl*) ;;
    */harborrun*|*/harborjob*|*/tbrun*|*/cbrun*) ;;
    *) return 1;;
  esac
}
# Whether the command line of a process may be read. A process that waits for a disk or a network folder may hold the lock of its own
# memory for ever, and its command line is read from there. Of such a process only the name is known: $fields.
can_be_read() {
  { IFS= read -r fields <"/proc/$1/stat"; } 2>/dev/null || { fields=; return 1; }
  case ${'$'}{fields##*) } in D*) return 1;; esac
}
newest_process() {
  newest=; { read -r _ _ _ _ newest </proc/loadavg; } 2>/dev/null
  case $newest in ''|*[!0-9]*) newest=0;; esac
}
pulse() {
  since=$1; shift
  for known do
    look_up_start "${'$'}{known%%:*}" && [ "$started" = "${'$'}{known#*:}" ] || say "gone ${'$'}{known%%:*}"
  done
  newest_process
  say "last $newest"
  case $since in ''|*[!0-9]*) return;; esac
  [ $((newest - since)) -le 400 ] && [ "$newest" -ge "$since" ] || { say many; return; }
  while [ "$since" -lt "$newest" ]; do
    since=$((since + 1))
    if can_be_read "$since"; then
      read_words "/proc/$since/cmdline"
      may_be_runner || continue
    else case $fields in *python*) ;; *) continue;; esac; fi
    ! is_process "$since" || say "candidate $since"
  done
}
`;

export interface Pulse {
  /** Newest process of the machine; null: it does not say. */
  readonly lastPid: number | null;
  readonly gone: readonly number[];
  readonly candidates: readonly number[];
  /** So many processes started that the shell looked at none. */
  readonly isMany: boolean;
  /** Processes that a search left out, because the shell must not read their command lines. */
  readonly skipped: ReadonlySet<number>;
  /** A search had to give up: some command line cannot be read. */
  readonly isHung: boolean;
}

/** Request words. @param sincePid null: look for no new process */
export function pulseCommand(sincePid: number | null, runners: readonly Runner[]): string[] {
  const known = runners.flatMap(({ pid, startTicks }) =>
    startTicks === null ? [] : [`${pid}:${startTicks}`],
  );
  return ['pulse', sincePid === null ? '-' : String(sincePid), ...known];
}

/** Reads also what a search for processes says besides processes: `last PID`, `skipped PID` and `hung`. */
export function readPulse(answer: string): Pulse {
  const lines = answer.split('\n').map((line) => line.split(' '));
  const numbers = (word: string): number[] =>
    lines.filter(([first]) => first === word).map(([, value]) => Number(value));
  const [last = 0] = numbers('last');
  return {
    lastPid: last > 0 ? last : null,
    gone: numbers('gone'),
    candidates: numbers('candidate'),
    isMany: lines.some(([first]) => first === 'many'),
    skipped: new Set(numbers('skipped')),
    isHung: lines.some(([first]) => first === 'hung'),
  };
}
