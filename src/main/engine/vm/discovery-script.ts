/**
 * The part of the shell script that finds what a benchmark is made of.
 *
 *   `host RUNNERS [KIND FOLDER …]`   what runs and lies on the VM itself; RUNNERS `no`: searches for no process. KIND `logs`: a
 *                                    folder that may have a run.py's `logs` in it; `trials`: a checkout of WAA-V2; `file`: a log
 *   `inside [RUNNERS [KIND FOLDER …]]`   the same for the container that it is asked in, with what is known there of the guest, and
 *                                    beside processes with the time zone
 *
 * A runner that has no log of its own is found all the same: lines `output PATH` tell what its standard output is, and behind a pipe
 * what the reader of the pipe writes to (`tee`).
 *
 * A search that could not read all command lines says so: see `pythons`, and `readPulse` in pulse.ts.
 *
 * A command line may hold keys: only arguments that are known to be harmless leave the machine. A container's processes show on the
 * host as well; their control group tells them from the host's own.
 */
export const discoveryScript = String.raw`
python='^(.*/)?[^/ ]*python[^/ ]*$'
in_container() {
  while IFS= read -r line; do
    case $line in *docker[-/]*|*libpod*|*containerd*|*kubepods*) return 0;; esac
  done 2>/dev/null <"$1/cgroup"
  return 1
}
# Lists /proc/PID/cmdline of each process with Python in its command line. A read of it may hang for ever, see can_be_read. If one does, the
# processes with a thread that waits for a disk are left out, a word 'skipped:PID' for each; 'hung': one hangs all the same.
pythons() {
  if [ "$zero" ]; then
    # Both searches together stay within the time limit of the request.
    limit=3
    set -- /proc/[0-9]*/cmdline
    found=$(limited grep -lzE "$python" "$@" 2>/dev/null)
    if [ $? = 124 ]; then
      waiting=$(grep -lE '\) D ' /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null) found=
      for cmdline do
        shift
        process=${'$'}{cmdline%/cmdline}
        case $waiting in *"$process/"*) printf 'skipped:%s\n' "${'$'}{process##*/}";; *) set -- "$@" "$cmdline";; esac
      done
      limit=2
      found=$(limited grep -lzE "$python" "$@" 2>/dev/null)
      [ $? != 124 ] || found=hung
    fi
    printf '%s\n' "$found"
    return
  fi
  for cmdline in /proc/[0-9]*/cmdline; do
    read_words "$cmdline"
    case $words in *python*) printf '%s\n' "$cmdline";; esac
  done
}
# Sets $open: a line 'PID PATH' for each log of a run.py that these have open, and for where their standard output goes; a line '+PID PATH'
# for each log of another name. Sets $logging to the processes with a log of a run.py.
look_into() {
  open= logging=' '
  list=$(ls -dln "$@" 2>/dev/null)
  set -f; IFS=$nl
  for line in $list; do
    line=${'$'}{line#*/proc/}
    pid=${'$'}{line%%/*}
    case $line in
      *' -> '*/logs/normal-*.log|*' -> '*/logs/*/normal-*.log) logging="$logging$pid ";;
      */fd/1' -> '*) ;;
      *' -> '*/logs/*debug*.log) continue;;
      *' -> '*/logs/*.log) pid=+$pid;;
      *) continue;;
    esac
    open=$open$pid\ ${'$'}{line#* -> }$nl
  done
  set +f; unset IFS
}
# Behind a pipe, the files that its reader (tee) writes to, besides its error output, and the reader of the reader (ts | tee).
behind() {
  set +f
  list=$(ls -dln /proc/[0-9]*/fd/* 2>/dev/null) pipe=$1
  set -f
  for hop in 1 2 3 4; do
    reader= next=
    for line in $list; do
      mode=${'$'}{line%% *} line=${'$'}{line#*/proc/}
      case $mode\ $line in
        *" "*/fd/0" -> $pipe") reader=${'$'}{line%%/*};;
        *" $reader"/fd/2' -> '*) ;;
        l?w*" $reader"/fd/*' -> /'*) printf 'output %s\n' "${'$'}{line#* -> }";;
        l?w*" $reader"/fd/1' -> pipe:'*) next=${'$'}{line#* -> };;
      esac
    done
    pipe=$next
    [ "$pipe" ] || break
  done
}
outputs() {
  set -f; IFS=$nl
  for line in $open; do
    case $line in
      "$1 "*) ;;
      "+$1 "*) case $logging in *" $1 "*) continue;; esac;;
      *) continue;;
    esac
    line=${'$'}{line#* }
    printf 'output %s\n' "$line"
    case $line in pipe:*) behind "$line";; esac
  done
  set +f; unset IFS
}
# Whether what this process prints or logs into a file reads as a benchmark. A program of any name may be one.
prints_benchmark() {
  set -f; IFS=$nl
  for line in $open; do
    case $line in "$1 /dev/"*) continue;; "$1 /"*|"+$1 /"*) line=${'$'}{line#* };; *) continue;; esac
    printed=
    [ ! -f "$line" ] || printed=$(head -c 4000 <"$line" 2>/dev/null | tr -d '\000')
    case $printed in
      *'[Example ID]: '*|*'[Domain]: '*|*'Left tasks:'*|*'TESTING ON TASK'*|*'Args: Namespace('*|*'Starting evaluation: '*|*'Starting eval with agent '*|*'Processing '*' tasks with '*' workers'*|*'[Task ('*)
        set +f; unset IFS; return 0;;
    esac
  done
  set +f; unset IFS
  return 1
}
# Reads Python's words of a command line, one a line. Sets $script to what Python runs, $facts and $results by its arguments, and $is if it
# is a benchmark's script or has a benchmark's arguments. 1: it runs a text, or only starts another Python. Harbor, tb and cb keep their
# jobs in a folder of their own: $jobs.
read_arguments() {
  results= script= facts= jobs=
  while IFS= read -r name; do
    if [ -z "$script" ]; then
      case $name in
        --check-hash-based-pycs) IFS= read -r name;;
        --*) ;;
        -?*)
          # Options of one letter may stand together: -um.
          name=${'$'}{name#-}
          while :; do case $name in [cmWX]*|'') break;; esac; name=${'$'}{name#?}; done
          case $name in
            c*) return 1;;
            [WX]) IFS= read -r name;;
            m) IFS= read -r script;;
            m*) script=${'$'}{name#m};;
          esac
          # A module may be in packages.
          case $script in cua_bench.cli.main) script=cb;; *) script=${'$'}{script##*.};; esac
          case $script in run|run_multienv*|run_coact*) is=${'$'}{is:-yes};; esac;;
        *)
          script=${'$'}{name##*/}; script=${'$'}{script:-python}
          case $script in run.py|run_multienv*.py|run_coact*.py) is=${'$'}{is:-yes};; esac;;
      esac
      case $script in harbor) jobs=./jobs;; tb) jobs=./runs;; cb) jobs=$HOME/.local/share/cua-bench/runs;; esac
      continue
    fi
    case $jobs:$name in
      ?*:run|?*:start|?*:resume) is=yes results=$jobs; continue;;
      ?*:-o) name=--jobs_dir;;
      ?*:-a) name=--agent;;
      ?*:-m) name=--model;;
    esac
    case ${'$'}{name##*/} in
      python|python[23]|python[23].*)
        IFS= read -r name || break
        case $name in *.py|-[!-]*) return 1;; esac;;
    esac
    given=
    case $name in
      --*=*) value=${'$'}{name#*=} name=${'$'}{name%%=*} given=yes;;
      --*) ;;
      *) continue;;
    esac
    while :; do case $name in --*-*) left=${'$'}{name#--} name=--${'$'}{left%%-*}_${'$'}{left#*-};; *) break;; esac; done
    case $name in
      --result_dir|--gui_agent_name|--test_all_meta_path|--observation_type|--emulator_ip|--diff_lvl) is=${'$'}{is:-yes};;
    esac
    case $jobs:$name in ?*:--job_path|?*:--output_path|?*:--output_dir) name=--jobs_dir;; esac
    case $name in
      --jobs_dir) [ "$jobs" ] || continue;;
      --result_dir|--base_save_dir|--gui_agent_name|--agent|--agent_name|--model|--max_steps|--worker_id|--num_workers|--num_envs|--trial_id|--domain|--diff_lvl|--emulator_ip|--test_all_meta_path) ;;
      *) continue;;
    esac
    [ "$given" ] || IFS= read -r value || continue
    case $name in --result_dir|--base_save_dir|--jobs_dir) results=$value;; esac
    facts="${'$'}{facts}argument $name $value$nl"
  done
}
# A benchmark is a Python that runs one of its scripts or has its arguments, or one that has the log of a run.py open, or prints one.
runners() {
  from=$1 all=
  set --
  for cmdline in $(pythons); do
    case $cmdline in
      skipped:*) printf 'skipped %s\n' "${'$'}{cmdline#*:}"; continue;;
      hung) echo hung; continue;;
    esac
    process=${'$'}{cmdline%/cmdline}
    if [ "$from" = host ] && in_container "$process"; then continue; fi
    all="$all $process"
    set -- "$@" "$process"/fd/*
  done
  [ "$all" ] || return 0
  look_into "$@"
  for process in $all; do
    pid=${'$'}{process##*/} is=
    read_words "$process/cmdline"
    case $logging in *" $pid "*) is=yes;; esac
    if [ -z "$is" ] && ! may_be_runner; then
      prints_benchmark "$pid" || continue
      is=yes
    fi
    # A line end within a word would make two of it.
    tr '\0\n' '\n\001' 2>/dev/null <"$process/cmdline" | {
      IFS= read -r program; case ${'$'}{program##*/} in *python*) ;; *) exit 0;; esac
      read_arguments && [ "$is" ] || exit 0
      cwd=$(cd -P "$process/cwd" 2>/dev/null && pwd -P)
      case $cwd in *"$nl"*) cwd=;; esac
      printf 'runner %s\n' "$pid"
      look_up_start "$pid" && printf 'started %s\n' "$started"
      [ -z "$cwd" ] || printf 'cwd %s\n' "$cwd"
      case $script in *[!A-Za-z0-9._-]*|'') script=python;; esac
      printf 'script %s\n' "$script"
      printf %s "$facts"
      outputs "$pid"
      case $results:$script in :run_coact*.py) results=results_coact;; :*) results=results;; esac
      case $results in
        /*) ;;
        *) [ "$cwd" ] || exit 0; results=$cwd/${'$'}{results#./};;
      esac
      printf 'results %s\n' "$results"; }
  done
}
runner_logs() {
  described=$1; shift
  set -f; IFS='
'
  for line in $described; do
    case $line in
      'results '*|'cwd '*) set +f; set -- "$@" "${'$'}{line#* }"/logs/normal-*.log "${'$'}{line#* }"/logs/*/normal-*.log; set -f;;
      'output /'*) set -- "$@" "${'$'}{line#* }";;
    esac
  done
  set +f; unset IFS
  logs "$@"
}
# Benchmark processes, as lines in $described.
search() {
  # Before the search: what starts meanwhile is newer.
  newest_process
  say "last $newest"
  described=$(runners "$@")
  say_lines "$described"
}
# KIND FOLDER … end FILE …
find_logs() {
  while [ "$1" != end ]; do
    kind=$1 folder=$2; shift 2
    case $kind in
      logs) set -- "$@" "$folder"/logs/normal-*.log "$folder"/logs/*/normal-*.log;;
      trials) set -- "$@" "$folder"/logs/trial_*/main.log "$folder"/logs/trial_*/instance_*/run*.log;;
      file) set -- "$@" "$folder";;
    esac
  done
  shift
  runner_logs "$described" "$@"
}
host() {
  described=
  [ "$1" = no ] || search host
  shift
  find_logs "$@" end /tmp/waa_benchmark.log /tmp/benchmark.log "$HOME"/cli_logs/run_*.log
}
inside() {
  described=
  [ "$1" = no ] || { say "zone $(date +%z)"; search; }
  [ $# = 0 ] || shift
  [ -z "$lacks" ] || say "lacks$lacks"
  if [ -r /var/lib/misc/dnsmasq.leases ]; then while read -r _ _ address _; do say "lease $address"; done </var/lib/misc/dnsmasq.leases; fi
  if [ -r /run/shm/qemu.url ]; then IFS= read -r address </run/shm/qemu.url; say "url $address"; fi
  for folder in /client/results /results; do
    [ -d "$folder" ] || continue
    say "folder $folder"
    case "$described
" in *"results $folder
"*) ;; *) set -- "$@" logs "$folder";; esac
  done
  find_logs "$@" end /tmp/benchmark.log /tmp/waa_benchmark.log /tmp/evaluate_server.log
}
`;
