/** Ends processes and everything below them; `unstopped`: those that belong to another user. It is run by root as well, between single quotes. */
const endTree = String.raw`children_of() {
  if [ -e "/proc/$1/task/$1/children" ]; then
    for list in /proc/$1/task/*/children; do
      below=; { read -r below <"$list"; } 2>/dev/null
      children="$children $below"
    done
  else
    # A kernel without these lists.
    for list in /proc/[0-9]*/stat; do
      below=; { IFS= read -r below <"$list"; } 2>/dev/null
      below=${'$'}{below##*) }
      case $below in ?" $1 "*) list=${'$'}{list#/proc/} children="$children ${'$'}{list%/stat}";; esac
    done
  fi
}
end_tree() {
  all=
  while [ $# -gt 0 ]; do
    all="$all $1" children=
    kill -STOP "$1" || unstopped="$unstopped $1"
    children_of "$1"
    shift
    set -- "$@" $children
  done 2>/dev/null
  kill -KILL $all 2>/dev/null
}
`;

/**
 * The part of the shell script that keeps its processes in hand.
 *
 *   `end_processes PID …`         ends these and everything below them. It stops each before it looks for its children, so that none
 *                                 escapes by starting another. Needs no other program.
 *   `limited COMMAND …`           runs a command for $limit seconds at most; 124: the time was over
 *   `end_with_channel`            waits for $command, or for the end of stdin (as file descriptor 3), and ends the shell
 */
export const processScript = String.raw`
parent_of() { { read -r _ _ _ parent _ <"/proc/$1/stat"; } 2>/dev/null && echo "$parent"; }
${endTree}end_processes() {
  unstopped=
  end_tree "$@"
  of_root=
  # The others have ended.
  for one in $unstopped; do [ ! -e "/proc/$one" ] || of_root="$of_root $one"; done
  # The script again, because one of them may start another until root stops it. Not as a child, which would be ended with the shell.
  [ -z "$of_root" ] || (sudo -n sh -c '${endTree}end_tree "$@"' sh $of_root </dev/null >/dev/null 2>&1 &)
}
end_everything() {
  # A second TERM must not end the shell between stopping its processes and killing them.
  trap - EXIT; trap '' HUP TERM PIPE
  children=
  children_of $$
  [ -z "$children" ] || end_processes $children
  exit 0
}
# PIPE: the channel was closed before the shell said what it has to say, which would end it without a trap.
trap end_everything EXIT TERM PIPE
end_with_channel() {
  { cat <&3; kill -TERM $$; } >/dev/null 2>&1 &
  wait "$command"
  exit 0
}
limited() {
  if [ "$timeout" ]; then
    # The shell's own message about an ended process is not output of the command.
    { (exec $timeout "$limit" "$@" 2>&5); } 5>&2 2>/dev/null
  else
    sleep "$limit" </dev/null >/dev/null 2>&1 & sleeper=$!
    { "$@"; result=$?; kill "$sleeper" 2>/dev/null; exit "$result"; } & work=$!
    if wait "$sleeper" 2>/dev/null; then end_processes "$work"; wait "$work" 2>/dev/null; return 124; fi
    wait "$work" 2>/dev/null
  fi
  limited=$?
  case $limited in 137|143) return 124;; esac
  return "$limited"
}
`;
