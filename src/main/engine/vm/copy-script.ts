/**
 * The part of the shell script that sends the files of a task. It finds the folder by the shell's own patterns and becomes `tar`, so that
 * a task costs one process. Nothing in the result folder is trusted: the folder must lie in it, and only regular files are named to tar,
 * which follows no links.
 *
 *   `copy WHAT FOLDER DOMAIN ID TRY NUMBER AFTER`   a line `folder COUNT PATH`, then a tar archive of files in that folder of the task: the
 *                                 NUMBERth of COUNT, where the one that was written to last is the first. DOMAIN empty: any. With TRY, these are
 *                                 only the folders of that name in the task's folders, if there are some. WHAT `all`: texts and pictures; `texts`.
 *                                 AFTER: begins behind this file. At most {@link mostFilesAtOnce} files. Without files a line `absent` or `empty COUNT PATH`; without tar
 *                                 lines `lacks tar COUNT PATH`, the result folder, the path of each file in PATH, and `end`
 *   `copy_out DOCKER PLACE`       a line `folder 1 PLACE`, then a tar archive of that folder of a container (CONTAINER:PATH), which the engine makes
 */
import { textNames } from './result-folder.ts';

/** So many names fit into the arguments of a process. The rest is asked for by AFTER. */
export const mostFilesAtOnce = 1000;

/** @param folder with a slash at its end */
const picturesIn = (folder: string): string =>
  ['png', 'jpg', 'jpeg'].map((ending) => `./${folder}*.${ending}`).join(' ');

export const copyScript = String.raw`
copy() {
  what=$1 domain=$3 id=$4 try=$5 number=$6 after=$7
  enter "$2" || return
  root=${'$'}{PWD%/}
  find_task
  pick_folder
  [ "$picked" ] && cd -P -- "$picked" 2>/dev/null && [ -r . ] || { echo absent; return; }
  case $PWD in "$root"/*) ;; *) echo absent; return;; esac
  set --
  for name in ${[...textNames.keys()].map((name) => `./${name}`).join(' ')} ./plan_result-*.txt ${picturesIn('')} ${picturesIn('screenshot/')} ${picturesIn('screenshots/')}; do
    [ $# -lt ${mostFilesAtOnce} ] || break
    case $name in
      */window_image*|*"$nl"*) continue;;
      *.png|*.jpg|*.jpeg) [ "$what" = all ] && [ ! -L "${'$'}{name%/*}" ] || continue;;
    esac
    [ -f "$name" ] && [ ! -L "$name" ] && [ -r "$name" ] || continue
    if [ "$after" ]; then [ "./$after" != "$name" ] || after=; continue; fi
    set -- "$@" "$name"
  done
  [ $# -gt 0 ] || { printf 'empty %s %s\n' "$count" "$picked"; return; }
  if ! command -v tar >/dev/null 2>&1; then
    printf 'lacks tar %s %s\n%s\n' "$count" "$picked" "${'$'}{root:-/}"
    printf '%s\n' "$@" end
    return
  fi
  printf 'folder %s %s\n' "$count" "$picked"
  unset TAR_OPTIONS
  # The benchmark comes first.
  if command -v nice >/dev/null 2>&1; then exec nice -n 10 tar -cf - "$@" </dev/null; fi
  exec tar -cf - "$@" </dev/null
}
copy_out() {
  printf 'folder 1 %s\n' "$2"
  if command -v nice >/dev/null 2>&1; then exec nice -n 10 $1 cp "$2" - </dev/null; fi
  exec $1 cp "$2" - </dev/null
}
# Sets $folders to the folders of the task, one a line. How deep they lie depends on the benchmark and on the name of the model.
find_task() {
  folders= tries= above=. depth=0 last=7
  while [ $depth -le $last ]; do
    case $domain in
      '') set -- $above/*/"$id";;
      *) set -- $above/"$domain"/"$id";;
    esac
    for found do
      case $found in */logs/*) continue;; esac
      is_inside "$found" || continue
      folders="$folders$nl$found"
      [ -z "$try" ] || ! is_inside "$found/$try" || tries="$tries$nl$found/$try"
      for found in "$found"/[0-9] "$found"/[0-9][0-9] "$found"/[0-9][0-9][0-9] "$found"/[a-zA-Z]*[0-9]; do
        ! is_inside "$found" || folders="$folders$nl$found"
      done
    done
    # Deeper patterns read the folders of all tasks.
    [ -z "$folders" ] || [ $last -lt 7 ] || { last=$((depth + 1)); [ $last -ge 5 ] || last=5; }
    above="$above/*" depth=$((depth + 1))
  done
  [ -z "$tries" ] || folders=$tries
}
# Whether it is a folder whose path leads to the same place in the result folder, without links.
is_inside() {
  [ -d "$1" ] || return
  case $1 in *"$nl"*) return 1;; esac
  cd -P -- "$1" 2>/dev/null || return
  inside=$PWD
  cd -- "${'$'}{root:-/}" && [ "$inside" = "$root/${'$'}{1#./}" ]
}
pick_folder() {
  passed=
  set -f; IFS=$nl
  set -- $folders
  unset IFS; set +f
  count=$#
  while :; do
    picked=
    for found do
      case $passed$nl in *"$nl$found$nl"*) continue;; esac
      [ "$picked" ] && [ ! "$found" -nt "$picked" ] || picked=$found
    done
    number=$((number - 1))
    [ "$picked" ] && [ $number -gt 0 ] || break
    passed=$passed$nl$picked
  done
}
`;
