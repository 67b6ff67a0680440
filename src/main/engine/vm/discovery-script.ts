/**
 * The part of the shell script that finds what a benchmark is made of.
 *
 *   `host RUNNERS [KIND FOLDER …]`   what runs and lies on the VM itself; RUNNERS `no`: its processes are of no interest. KIND `logs`: a
 *                                    folder that may have a run.py's `logs` in it; `trials`: a checkout of WAA-V2
 *   `inside`                         the same for the container that it is asked in, with what is known there of the guest
 *   `evidence DOCKER PORT NAME …`    for each container a line `candidate NAME STARTED_AT MARKS.`, of the marks `r` (run.py is in it),
 *                                    `g` (a guest), `a` (its server answers)
 *   `container_log DOCKER NAME SINCE` to be run by `until_closed`: see docker.ts
 *
 * A command line may hold keys: only arguments that are known to be harmless leave the machine. A container's processes show on the
 * host as well; their control group tells them from the host's own.
 */
export const discoveryScript = String.raw`
in_container() {
  while IFS= read -r line; do
    case $line in *docker[-/]*|*libpod*|*containerd*|*kubepods*) return 0;; esac
  done 2>/dev/null <"$1/cgroup"
  return 1
}
# Command lines among whose words may be a benchmark's.
candidates() {
  if [ "$zero" ]; then
    grep -lzE '^(.*/)?run(_multienv[A-Za-z0-9_-]*)?\.py$' /proc/[0-9]*/cmdline 2>/dev/null
    return
  fi
  for cmdline in /proc/[0-9]*/cmdline; do
    words=; { IFS= read -r words <"$cmdline"; } 2>/dev/null
    case $words in *run.py*|*run_multienv*.py*) printf '%s\n' "$cmdline";; esac
  done
}
runners() {
  for cmdline in $(candidates); do
    process=${'$'}{cmdline%/cmdline}
    if [ "$1" = host ] && in_container "$process"; then continue; fi
    # A line end within a word would make two of it.
    tr '\0\n' '\n\001' 2>/dev/null <"$cmdline" | {
      IFS= read -r program; case $program in *python*) ;; *) exit 0;; esac
      results=./results script=
      while IFS= read -r name; do
        if [ -z "$script" ]; then
          script=${'$'}{name##*/}
          case $script in run.py|run_multienv*.py) ;; *) script=; continue;; esac
          cwd=$(cd -P "$process/cwd" 2>/dev/null && pwd -P)
          case $cwd in *"$nl"*) cwd=;; esac
          printf 'runner %s\n' "${'$'}{process##*/}"
          [ -z "$cwd" ] || printf 'cwd %s\n' "$cwd"
          printf 'script %s\n' "$script"
          continue
        fi
        case $name in
          --*=*) value=${'$'}{name#*=} name=${'$'}{name%%=*} given=yes;;
          *) given=;;
        esac
        case $name in
          --result_dir|--agent|--agent_name|--model|--max_steps|--worker_id|--num_workers|--num_envs|--trial_id|--domain|--diff_lvl|--emulator_ip|--test_all_meta_path) ;;
          *) continue;;
        esac
        [ "$given" ] || IFS= read -r value || continue
        [ "$name" = --result_dir ] && results=$value
        printf 'argument %s %s\n' "$name" "$value"
      done
      [ "$script" ] || exit 0
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
    case $line in 'results '*|'cwd '*) set +f; set -- "$@" "${'$'}{line#* }"/logs/normal-*.log; set -f;; esac
  done
  set +f; unset IFS
  logs "$@"
}
host() {
  described=
  [ "$1" = no ] || described=$(runners host)
  [ -z "$described" ] || printf '%s\n' "$described"
  shift; left=$#
  while [ "$left" -gt 1 ]; do
    kind=$1 folder=$2 left=$((left - 2)); shift 2
    case $kind in
      logs) set -- "$@" "$folder"/logs/normal-*.log;;
      trials) set -- "$@" "$folder"/logs/trial_*/main.log "$folder"/logs/trial_*/instance_*/run*.log;;
    esac
  done
  runner_logs "$described" "$@" /tmp/waa_benchmark.log /tmp/benchmark.log "$HOME"/cli_logs/run_*.log
}
inside() {
  printf 'zone %s\n' "$(date +%z)"
  [ -z "$lacks" ] || printf 'lacks%s\n' "$lacks"
  described=$(runners)
  [ -z "$described" ] || printf '%s\n' "$described"
  if [ -r /var/lib/misc/dnsmasq.leases ]; then while read -r _ _ address _; do printf 'lease %s\n' "$address"; done </var/lib/misc/dnsmasq.leases; fi
  if [ -r /run/shm/qemu.url ]; then IFS= read -r address </run/shm/qemu.url; printf 'url %s\n' "$address"; fi
  set --
  for folder in /client/results /results; do
    [ -d "$folder" ] || continue
    printf 'folder %s\n' "$folder"
    case "$described
" in *"results $folder
"*) ;; *) set -- "$@" "$folder"/logs/normal-*.log;; esac
  done
  runner_logs "$described" "$@" /tmp/benchmark.log /tmp/waa_benchmark.log /tmp/evaluate_server.log
}
evidence() {
  with=$1 port=$2; shift 2
  limited $with inspect --format '{{.Name}} {{.State.StartedAt}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$@" 2>/dev/null |
  while read -r name started address _; do
    name=${'$'}{name#/}
    marks=$(limited $with top "$name" -eo pid,args 2>/dev/null </dev/null | {
      runs= guest=
      while read -r _ program rest; do
        case $program in
          *qemu-system-*) guest=g;;
          *python*) case " $rest " in *[\ /]run.py\ *|*[\ /]run_multienv*.py\ *) runs=r;; esac;;
        esac
      done
      echo "$runs$guest"; })
    if [ "$address" ]; then
      case $(limit=3; get "http://$address:$port/probe" </dev/null) in *'Probe successful'*) marks=$marks''a;; esac
    fi
    printf 'candidate %s %s %s.\n' "$name" "$started" "$marks"
  done
}
container_log() {
  $1 logs --timestamps --tail 2000 --since "$3" "$2" 2>&1
  echo
  exec $1 logs --timestamps --follow --tail 2000 --since "$3" "$2" 2>&1
}
`;
