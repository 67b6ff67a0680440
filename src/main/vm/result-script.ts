/**
 * The part of the shell script that reads a benchmark's result folder. Nothing in that folder is trusted: symbolic links do not lead
 * out of it, names that could not stand in a line are left out, and every answer is bounded.
 *
 *   `results FOLDER SINCE SKIP`         `result.txt` files that were written at SINCE (epoch seconds of the VM) or later, oldest first:
 *                                       after the first SKIP of them at most 100 lines `result SECONDS PATH<TAB>FIRST LINE`, then
 *                                       `more` or `end`
 *   `screens FOLDER DOMAIN ID`          for each folder of that task a line `folder PATH`, then a line `screen SECONDS BYTES ./NAME`
 *                                       for each of its pictures. DOMAIN `*`: any. Tried level by level, from above: the folders of
 *                                       other tasks, with all that is in them, are not looked into.
 *   `screen FOLDER PATH MOST`           a line `screen BYTES`, then the bytes of that file, where it has no more than MOST
 *
 * Each says `absent` where there is no such folder, or it may not be read.
 */
export const resultScript = String.raw`
enter() { cd -P -- "$1" 2>/dev/null && [ -r . ] || { echo absent; return 1; }; }
results() {
  enter "$1" || return
  limited find . -maxdepth 10 -name logs -prune -o -type f -name result.txt ! -path '*[[:cntrl:]]*' -exec stat -c '%Y %s %n' -- {} + 2>/dev/null |
  sort -k1,1n -k3 | {
    count=0 last=end tab=$(printf '\t')
    while IFS=' ' read -r modified size path; do
      [ "$modified" -ge "$2" ] && [ "$size" -gt 0 ] && [ "${'$'}{#path}" -le 500 ] || continue
      count=$((count + 1))
      [ "$count" -gt "$3" ] || continue
      [ "$count" -le $(($3 + 100)) ] || { last=more; break; }
      text=
      [ "$size" -gt 64 ] || IFS= read -r text 2>/dev/null <"$path"
      printf 'result %s %s%s%s\n' "$modified" "$path" "$tab" "$text"
    done
    echo "$last"
  }
}
screens() {
  enter "$1" || return
  root=$(pwd -P) domain=$2 id=$3 level=.
  for _ in 0 1 2 3 4 5 6 7; do
    case $domain in '*') set -- $level/*/"$id";; *) set -- $level/"$domain"/"$id";; esac
    found=
    for folder do
      case $folder in *[[:cntrl:]]*) continue;; esac
      [ -d "$folder" ] && [ "${'$'}{#folder}" -le 500 ] || continue
      found=yes
      ( cd -P -- "$folder" || exit
        case $(pwd -P) in "${'$'}{root%/}"/*) ;; *) exit;; esac
        printf 'folder %s\n' "$folder"
        limited find . -maxdepth 1 -type f '(' -name '*.png' -o -name '*.jpg' -o -name '*.jpeg' ')' ! -name '*[!A-Za-z0-9_.@:-]*' ! -name 'window_image*' -exec stat -c 'screen %Y %s %n' -- {} + )
    done
    [ -z "$found" ] || break
    level=$level/*
  done 2>/dev/null | head -n 600
}
screen() {
  enter "$1" || return
  root=$(pwd -P)
  [ -f "$2" ] && exec 4<"$2" || { echo absent; return; }
  case $(readlink /proc/self/fd/4) in "${'$'}{root%/}"/*) ;; *) echo absent; return;; esac
  size=$(stat -L -c %s /proc/self/fd/4)
  printf 'screen %s\n' "$size"
  [ "$size" -gt "$3" ] || exec head -c "$size" <&4
}
`;
