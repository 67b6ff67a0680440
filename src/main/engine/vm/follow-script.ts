/**
 * The part of the shell script that reads one file, wherever it has got to. A file is named by its path and its inode: between being
 * looked at and being opened it may have been replaced. What is opened is looked at again, and `same` on stderr says that it is the
 * file that was meant; nothing is to be read before that.
 *
 *   `piece PATH FROM COUNT`          COUNT bytes of it, FROM the first (1) or a later one on
 *   `siblings PATH INODE`            `log` lines of the files beside it whose names begin as its own, and of the one with that inode
 *   `until_closed rest INODE FROM PATH`   the bytes of it up to its present end
 *   `follow INODE FROM SIZE PATH DETOUR`   (a request of its own, like `until_closed`) the bytes of it, and what is added, until the
 *                                    channel closes; SIZE is what it was seen to have: with less it was cut before it was opened, and what
 *                                    stood in it is elsewhere. `tail`'s own messages are among the bytes: only so is it known where they
 *                                    belong. They begin with the program's path, which is called by way of DETOUR, a spelling of "/", so
 *                                    that no log holds it. Where `tail` says nothing when a file is cut (busybox), a loop takes its place.
 */
export const followScript = String.raw`
piece() { tail -c "+$2" -- "$1" | head -c "$3"; }
siblings() {
  { if find / -maxdepth 0 -inum 0 >/dev/null 2>&1; then describe "log $mtime %s %i %n" "${'$'}{1%/*}" -maxdepth 1 -type f ! -name "*$nl*" -inum "$2"
    else describe "log $mtime %s %i %n" "${'$'}{1%/*}" -maxdepth 1 -type f ! -name "*$nl*" | while IFS= read -r line; do
        case $line in 'log '*' '*" $2 "*) printf '%s\n' "$line";; esac
      done
    fi
    logs "$1"?*; } | sort -k2,2nr | uniq | head -n 40
}
rest() {
  open_file "$3"
  [ "$(stat -L -c %i -- /proc/self/fd/5)" = "$1" ] || { echo 'another file' >&2; return 1; }
  echo same >&2
  exec tail -c "+$2" <&5
}
follow() {
  exec 3<&0
  open_file "$4"
  facts=$(stat -L -c '%i %s' -- /proc/self/fd/5)
  [ "${'$'}{facts% *}" = "$1" ] || { echo 'another file' >&2; exit 1; }
  [ "${'$'}{facts#* }" -ge "$3" ] || { echo 'it was cut' >&2; exit 1; }
  # Where the file system tells nobody of changes (overlayfs), tail looks again after this many seconds.
  if tail -s 0.1 -c 0 /dev/null >/dev/null 2>&1; then
    tail=$(command -v tail)
    case $tail in /*) tail=$5$tail;; *) tail=tail;; esac
    "$tail" -s 0.1 -c "+$2" -f -- "$4" 2>&1 </dev/null 3<&- 5<&- & command=$!
    is_same_file && echo same >&2 || { echo 'another file' >&2; exit 1; }
  else
    grow "$2" "$4" & command=$!
    echo same >&2
  fi
  end_with_channel
}
# Whether $command has opened the file that was meant, which another may have replaced since. It may be slow to start.
is_same_file() {
  others=0
  for pause in 0 0.01 0.03 0.1 0.3 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1; do
    sleep $pause 2>/dev/null || sleep 1
    other=
    for descriptor in "/proc/$command/fd"/*; do
      case ${'$'}{descriptor##*/} in [0125]|'*') continue;; esac
      [ "$descriptor" -ef "/proc/$$/fd/5" ] && return
      [ ! -f "$descriptor" ] || other=yes
    done
    # A program opens its libraries first.
    case $pause$other in 0.3yes|1yes) others=$((others + 1)); [ $others -lt 2 ] || return 1;; esac
    [ -e "/proc/$command/exe" ] || return 1
  done
  return 1
}
grow() {
  tail -c "+$1" <&5
  while sleep 1; do
    read -r _ at </proc/self/fdinfo/5
    size=$(stat -L -c %s -- /proc/self/fd/5)
    [ "$size" -ge "$at" ] || { printf 'tail: %s: file truncated\n' "$2"; return; }
    [ "$size" -eq "$at" ] || cat <&5
  done
}
`;
