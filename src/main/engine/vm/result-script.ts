/**
 * The part of the shell script that reads a benchmark's result folder. Nothing in that folder is trusted: symbolic links do not lead
 * out of it and are not walked through, and every answer is bounded. Names are data; one that contains a line end is left out.
 *
 *   `results FOLDER SINCE SKIP`         files that were written at SINCE (epoch seconds of the VM) or later, oldest first, after the first
 *                                       SKIP of them. At most 100 lines `result SECONDS FIRST LINE<TAB>PATH` of result files, each followed by a
 *                                       line `raised REASON` if `err_reason.txt` lies beside it, and 500 lines in all with `file SECONDS SIZE<TAB>PATH` of
 *                                       the files of jobs; then `unnamed COUNT` if some were left out for their names, and `more` or `end`
 *   `job_files FOLDER MARK HOW PATH …`  for each PATH a line `MARK PATH`, then its bytes and a line end: HOW `whole`: the first 24,000;
 *                                       `ends`: the first 8,000, a line `MARK`, and the last 16,000. Then a line `MARK`, and `end`
 *   `screens FOLDER DOMAIN ID [TRY]`    for each folder of that task, and for each folder of a try or of screenshots in it, a line
 *                                       `folder PATH`, then a line `screen SECONDS BYTES ./NAME` for each of its texts that say what the
 *                                       agent did, and for each of its pictures. DOMAIN empty: any. TRY comes first
 *   `texts FOLDER PATH MARK PLANS PLANBYTES [BYTES NAME]…`   for each NAME in the task's folder PATH a line `MARK NAME`, then its first
 *                                       BYTES and a line end; the same for the first PLANS files `plan_result-*.txt`. Then a line `MARK`, and `end`
 *   `logs_below FOLDER PATH`            the same as `logs` (file-script.ts), for one file in the folder; nothing for a link
 *   `screen FOLDER PATH MOST`           a line `screen BYTES`, then the bytes of that file, where it has no more than MOST
 *
 * Each but `logs_below` says `absent` where there is no such folder, or it may not be read.
 */
import { textNames } from './result-folder.ts';

const names = [...textNames.keys()];
const textPaths = names.map((name) => `./${name}`).join(' ');
const textTests = names.map((name) => `-name ${name}`).join(' -o ');

export const resultScript = String.raw`
enter() { cd -P -- "$1" 2>/dev/null && [ -r . ] || { echo absent; return 1; }; }
# Sets $reason to the first line with text, as far as it lies within the first bytes; 1: there is no such file.
read_reason() {
  reason=
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  reason=$(head -c 400 <"$1" 2>/dev/null | { while IFS= read -r line || [ "$line" ]; do case $line in *[![:space:]]*) printf %s "$line"; break;; esac; done; })
}
# Files that an agent or a verifier leaves in a trial's folder are no results. A trial lies in its job's folder, has a config.json or a
# result.json, and its name ends with two underscores and a word. Models, domains and tasks may have such names too.
results() {
  enter "$1" || return
  since=$2 skip=$3 job=
  # One pattern per job keeps find fast; the first matches nothing.
  set -- -path -
  for trial in ./*__*/ ./*/*__*/ ./*/*/*__*/; do
    trial=${'$'}{trial%/}
    [ "$job" != "${'$'}{trial%/*}" ] || continue
    [ -f "$trial/config.json" ] || [ -f "$trial/result.json" ] || continue
    job=${'$'}{trial%/*}
    pattern "$job"
    set -- "$@" -o -path "$pattern/*__*/*"
  done
  named='-name result.txt -o -name eval_result.txt -o -name fail.flag'
  for name in result.json results.json config.json summary.json run_metadata.json exception.txt job.log run.log; do named="$named -o -name $name"; done
  describe '%Y %s %n' . -maxdepth 10 '(' -name logs -o -type d '(' -name agent -o -name verifier -o -name artifacts -o -name steps ')' '(' "$@" ')' ')' -prune \
    -o -type f -name result.txt -path "*$nl*" -exec sh -c 'echo "unnamed $#"' sh {} + -o -type f '(' $named ')' ! -path "*$nl*" |
  sort -k1,1n -k3 | {
    count=0 results=0 unnamed=0 bytes=0 last=end tab=$(printf '\t')
    while IFS=' ' read -r modified size path; do
      if [ "$modified" = unnamed ]; then unnamed=$((unnamed + size)); continue; fi
      [ "$modified" -ge "$since" ] || continue
      name=${'$'}{path##*/}
      case $name in fail.flag) ;; *) [ "$size" -gt 0 ] || continue;; esac
      count=$((count + 1))
      [ "$count" -gt "$skip" ] || continue
      case $name in *result.txt|fail.flag) results=$((results + 1));; esac
      bytes=$((bytes + ${'$'}{#path} + 30))
      [ "$count" -le $((skip + 500)) ] && [ $results -le 100 ] && [ $bytes -le 50000 ] || { last=more; break; }
      case $name in *result.txt|fail.flag) ;; *) printf 'file %s %s%s%s\n' "$modified" "$size" "$tab" "$path"; continue;; esac
      text=
      [ "$size" -gt 64 ] || IFS= read -r text 2>/dev/null <"$path"
      printf 'result %s %s%s%s\n' "$modified" "${'$'}{text%%"$tab"*}" "$tab" "$path"
      ! read_reason "${'$'}{path%/*}/err_reason.txt" || { printf 'raised %s\n' "$reason"; bytes=$((bytes + ${'$'}{#reason})); }
    done
    [ $unnamed = 0 ] || echo "unnamed $unnamed"
    echo "$last"
  }
}
job_files() {
  enter "$1" || return
  root=${'$'}{PWD%/} mark=$2; shift 2
  while [ $# -gt 1 ]; do
    printf '%s %s\n' "$mark" "$2"
    ( cd -P -- "./${'$'}{2%/*}" 2>/dev/null || exit
      case $PWD/ in "$root"/*) ;; *) exit;; esac
      open_inside "./${'$'}{2##*/}" || exit
      [ "$1" = ends ] || exec head -c 24000 <&5
      head -c 8000 <&5
      printf '\n%s\n' "$mark"
      exec tail -c 16000 /proc/self/fd/5 )
    echo
    shift 2
  done
  printf '%s\nend\n' "$mark"
}
# Opens a file as 5, but no link. A file that cannot be opened ends some shells: call this where that does no harm.
open_inside() {
  [ -f "$1" ] && [ ! -L "$1" ] && exec 5<"$1" || return
  # Check that the opened file is that file: a link may have replaced it in between.
  [ ! -L "$1" ] && [ "$1" -ef /proc/self/fd/5 ]
}
# A pattern of find that matches exactly this name.
pattern() {
  rest=$1 pattern=
  while [ "$rest" ]; do
    next=${'$'}{rest#?}
    letter=${'$'}{rest%"$next"}
    case $letter in '\'|'*'|'?'|'['|']') pattern=$pattern\\;; esac
    pattern=$pattern$letter rest=$next
  done
}
screens() {
  enter "$1" || return
  root=${'$'}{PWD%/}
  pattern "$3"; wanted=$pattern
  case $2 in '') wanted="*/*/$wanted";; *) pattern "$2"; wanted="*/$pattern/$wanted";; esac
  find . -mindepth 1 -maxdepth 9 '(' -name logs -o -path "*$nl*" ')' -prune -o -type d -path "$wanted" -print 2>/dev/null | head -n 20 |
  while IFS= read -r folder; do
    list_screens "$folder"
    # Those of WAA-V2 and of openadapt-evals.
    list_screens "$folder/screenshot"
    list_screens "$folder/screenshots"
    [ -z "$4" ] || list_screens "$folder/$4"
    for try in "$folder"/[0-9] "$folder"/[0-9][0-9] "$folder"/[0-9][0-9][0-9] "$folder"/[a-zA-Z]*[0-9]; do
      [ "$try" = "$folder/$4" ] || list_screens "$try"
    done
  done | head -n 1000
}
list_screens() {
  [ -d "$1" ] && [ ! -L "$1" ] || return
  ( cd -P -- "$1" 2>/dev/null || exit
    case $PWD in "$root"/*) ;; *) exit;; esac
    printf 'folder %s\n' "$1"
    # The texts are named first, because a long answer is cut.
    describe 'screen %Y %s %n' ${textPaths} . -maxdepth 1 -type f '(' ${textTests} -o -name '*.png' -o -name '*.jpg' -o -name '*.jpeg' ')' ! -name "*$nl*" ! -name 'window_image*' )
}
texts() {
  enter "$1" || return
  root=${'$'}{PWD%/}
  cd -P -- "./$2" 2>/dev/null || { echo absent; return; }
  case $PWD/ in "$root"/*) ;; *) echo absent; return;; esac
  mark=$3 plans=$4 bytes=$5; shift 5
  while [ $# -gt 1 ]; do
    print_text "$1" "./$2"
    shift 2
  done
  for plan in ./plan_result-*.txt; do
    case $plan in *"$nl"*) continue;; esac
    [ "$plans" -gt 0 ] || break
    plans=$((plans - 1))
    print_text "$bytes" "$plan"
  done
  printf '%s\nend\n' "$mark"
}
print_text() {
  [ -f "$2" ] && [ ! -L "$2" ] || return 0
  printf '%s %s\n' "$mark" "${'$'}{2#./}"
  ( open_inside "$2" || exit
    exec head -c "$1" <&5 )
  echo
}
logs_below() {
  cd -P -- "$1" 2>/dev/null || return
  root=${'$'}{PWD%/}
  cd -P -- "./${'$'}{2%/*}" 2>/dev/null || return
  case $PWD/ in "$root"/*) ;; *) return;; esac
  [ -L "./${'$'}{2##*/}" ] || logs "$PWD/${'$'}{2##*/}"
}
screen() {
  enter "$1" || return
  root=${'$'}{PWD%/}
  cd -P -- "./${'$'}{2%/*}" 2>/dev/null || { echo absent; return; }
  name=./${'$'}{2##*/}
  case $PWD/ in "$root"/*) ;; *) echo absent; return;; esac
  open_inside "$name" || { echo absent; return; }
  size=$(stat -L -c %s -- /proc/self/fd/5)
  printf 'screen %s\n' "$size"
  [ "$size" -gt "$3" ] || exec head -c "$size" <&5
}
`;
