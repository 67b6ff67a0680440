/**
 * The part of the shell script that frames answers, so that many can be under way at once.
 *
 *   `ask NONCE SECONDS FUNCTION [ARGUMENT …]`  answers one question, in the background, so that a slow answer holds back no other one
 *   `listen NONCE FUNCTION [ARGUMENT …]`       sends each line as the function prints it, until it ends or is dropped
 *   `drop NONCE`                               ends the processes of a request
 *   `say LINE`                                 for functions: prints a line of the answer
 *
 * A frame is any number of lines, each begun by the nonce, and one last line `NONCE =`. The lines between are
 *
 *   `NONCE : TEXT`          a line of text, without a process for its encoding; `NONCE . TEXT`: a piece of a long one
 *   `NONCE + BASE64`        bytes; `NONCE x HEX` without base64
 *
 * Lines stay below 4,096 bytes (PIPE_BUF), because only writes of that size are whole when several jobs write to one pipe.
 */
export const frameScript = String.raw`
# Functions print without frames where another function or another shell reads them.
raw=yes
say() {
  case $raw in yes) printf '%s\n' "$1"; return;; esac
  said=$1
  while [ ${'$'}{#said} -gt 3900 ]; do
    piece=$(printf '%.3900s.' "$said") piece=${'$'}{piece%.} said=${'$'}{said#"$piece"}
    printf '%s . %s\n' "$n" "$piece"
  done
  printf '%s : %s\n' "$n" "$said"
}
say_lines() {
  set -f; IFS=$nl
  for line in $1; do unset IFS; say "$line"; done
  unset IFS; set +f
}
ask() {
  [ "$checked" ] || tools
  n=$1 limit=$2; shift 2
  case $lacks in
    *' head'*) printf '%s + bGFja3MgaGVhZAo=\n%s =\n' "$n" "$n"; return;; # "lacks head"
    *' base64'*) printf '%s + bGFja3MgYmFzZTY0Cg==\n%s =\n' "$n" "$n"; return;;
  esac
  case $1 in
    # It reads nothing of /proc that may hang, so it needs no job of its own.
    pulse) raw=; { "$@"; } 2>/dev/null; raw=yes; printf '%s =\n' "$n"; return;;
    get) { raw=; say_lines "$("$@" 2>&1 | head -c 60000)"; printf '%s =\n' "$n"; } </dev/null 2>/dev/null &;;
    host|inside|logs|logs_below|machine) { raw=; "$@"; printf '%s =\n' "$n"; } </dev/null 2>/dev/null &;;
    *)
      { "$@" </dev/null 2>&1 | head -c 65536 | $encode | while IFS= read -r part || [ -n "$part" ]; do printf '%s %s %s\n' "$n" "$mark" "$part"; done
        printf '%s =\n' "$n"; } &;;
  esac
  asked="$asked $n:$!"
  [ ${'$'}{#asked} -lt 4000 ] || { before=$asked asked=; }
  # Without this, a shell remembers every job that has ended, and searches them all at each start of a process.
  jobs >/dev/null 2>&1
}
listen() {
  n=$1; shift
  { "$@" </dev/null 2>/dev/null | { raw=; while IFS= read -r heard; do say "$heard"; done; }
    printf '%s =\n' "$n"; } &
  listening="$listening $n:$!"
}
drop() {
  for job in $asked $before $listening; do
    case $job in "$1":*) job=${'$'}{job#*:}; [ "$(parent_of "$job")" != $$ ] || end_processes "$job";; esac
  done
  case $listening in *" $1:"*)
    others=${'$'}{listening#*" $1:"}
    listening=${'$'}{listening%%" $1:"*}${'$'}{others#"${'$'}{others%% *}"};;
  esac
}
`;
