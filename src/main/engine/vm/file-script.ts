/**
 * The part of the shell script that looks at files. Their names are data: they may contain anything. One that contains a line end
 * cannot stand in a line; such files are counted, and a line `unnamed COUNT` says so.
 *
 *   `logs FILE …`               for each of these that is there a line `log SECONDS SIZE INODE PATH`, the 40 newest at most
 *   `identify FILE COUNT`       a line `SIZE INODE SECONDS`, then its first COUNT bytes; else what is wrong with it
 *   `describe FORMAT FIND …`    a line for each file that find's words lead to
 */
export const fileScript = String.raw`
if command -v stat >/dev/null 2>&1; then has_stat=yes; else
has_stat=
# Only what is used here of it.
stat() {
  links=; [ "$1" != -L ] || { links=L; shift; }
  format=$2; shift 3
  for file do
    set -f; facts=$(ls -${'$'}{links}din -- "$file" 2>/dev/null); set -- $facts; set +f
    [ $# -gt 6 ] || continue
    line=$format
    case $line in *%Y*) line=${'$'}{line%%%Y*}$(date -r "$file" +%s)${'$'}{line#*%Y};; esac
    case $line in *%s*) line=${'$'}{line%%%s*}$6${'$'}{line#*%s};; esac
    case $line in *%i*) line=${'$'}{line%%%i*}$1${'$'}{line#*%i};; esac
    case $line in *%n*) line=${'$'}{line%%%n*}$file${'$'}{line#*%n};; esac
    printf '%s\n' "$line"
  done
}
fi
describe() {
  format=$1; shift
  if [ "$has_stat" ]; then find "$@" -exec stat -c "$format" -- {} + 2>/dev/null
  else find "$@" -print 2>/dev/null | while IFS= read -r found; do
    case $found in unnamed\ *) echo "$found";; *) stat -c "$format" -- "$found";; esac
  done; fi
}
logs() {
  unnamed=0 left=$#
  while [ "$left" -gt 0 ]; do
    left=$((left - 1)) path=$1; shift
    [ -f "$path" ] || continue
    case $path in *"$nl"*) unnamed=$((unnamed + 1));; *) set -- "$@" "$path";; esac
  done
  [ "$unnamed" = 0 ] || say "unnamed $unnamed"
  [ $# -gt 0 ] || return 0
  if [ $# -gt 40 ]; then say_lines "$(stat -L -c "log $mtime %s %i %n" -- "$@" 2>/dev/null | sort -k2,2nr | head -n 40)"
  else say_lines "$(stat -L -c "log $mtime %s %i %n" -- "$@" 2>/dev/null)"; fi
}
# To be called where the end of this shell does no harm: a file that cannot be opened ends some shells.
open_file() {
  if [ -d "$1" ]; then printf '%s: is a directory\n' "$1" >&2; exit 1; fi
  if [ -e "$1" ] && [ ! -f "$1" ]; then printf '%s: is not a regular file\n' "$1" >&2; exit 1; fi
  exec 5<"$1" || exit 1
}
identify() {
  open_file "$1"
  stat -L -c "%s %i $mtime" -- /proc/self/fd/5 && head -c "$2" <&5
}
`;
