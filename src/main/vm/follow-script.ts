/**
 * The part of the shell script that reads one file, wherever it has got to. A file is named by its path and its inode: between being
 * looked at and being opened it may have been replaced. What is opened is looked at again, and `same` on stderr says that it is the
 * file that was meant; nothing is to be read before that.
 *
 *   `piece PATH FROM COUNT`          COUNT bytes of it, FROM the first (1) or a later one on
 *   `siblings PATH INODE`            `log` lines of the files beside it whose names begin as its own, and of the one with that inode
 *   `until_closed rest INODE FROM PATH`   the bytes of it up to its present end
 *   `follow INODE FROM SIZE PATH`    (a request of its own, like `until_closed`) the bytes of it, and what is added, until the channel
 *                                    closes; SIZE is what it was seen to have: with less it was cut before it was opened, and what stood
 *                                    in it is elsewhere. `tail`'s own messages are among the bytes: only so is it known where they belong.
 */
export const followScript = String.raw`
piece() { limited tail -c "+$2" -- "$1" | head -c "$3"; }
siblings() {
  { limited find "${'$'}{1%/*}" -maxdepth 1 -type f -inum "$2" -exec stat -c "log $mtime %s %i %n" -- {} + 2>/dev/null
    limited stat -L -c "log $mtime %s %i %n" -- "$1"?* 2>/dev/null; } | sort -k2,2nr | uniq | head -n 40
}
rest() {
  exec 4<"$3"
  [ "$(stat -L -c %i /proc/self/fd/4)" = "$1" ] || { echo 'another file' >&2; return 1; }
  echo same >&2
  exec tail -c "+$2" <&4
}
follow() {
  exec 3<&0
  # Where the file system tells nobody of changes (overlayfs), tail looks again after this many seconds.
  pause='-s 0.1'; tail $pause -c 0 /dev/null >/dev/null 2>&1 || pause=
  tail $pause -c "+$2" -f -- "$4" 2>&1 </dev/null & command=$!
  for pause in 0 0.01 0.03 0.1 0.3 1 last; do
    [ $pause = last ] && { echo 'another file' >&2; kill "$command"; break; }
    sleep $pause
    fd=$(ls -Li "/proc/$command/fd" 2>/dev/null | sed -n "s/^ *$1 //p" | head -n 1)
    [ -n "$fd" ] || continue
    [ "$(stat -L -c %s "/proc/$command/fd/$fd")" -ge "$3" ] && echo same >&2 || { echo 'it was cut' >&2; kill "$command"; }
    break
  done
  end_with_channel
}
`;
