/**
 * The part of the shell script that asks about containers.
 *
 *   `evidence DOCKER PORT NAME ADDRESS …`   for each container a line `candidate NAME MARKS.`, of the marks `r` (run.py is in it), `g` (a
 *                                    guest), `a` (its server answers). ADDRESS `-`: it has none
 *   `preparing`                      `yes` if a command of a container engine fetches or builds an image, or is about to start a container
 *   `hidden_dockers`                 a line for each way to call a Docker to which neither PATH nor the environment leads
 *   `container_events DOCKER`        to be run by `listen`: see docker-events.ts
 *   `container_log DOCKER NAME SINCE` to be run by `until_closed`: see docker.ts
 */
export const engineScript = String.raw`
evidence() {
  with=$1 port=$2; shift 2
  while [ $# -gt 1 ]; do
    name=$1 address=$2; shift 2
    # podman runs the ps of the container for options, and knows columns by their names without one.
    marks=$({ limited $with top "$name" -eo pid,args 2>/dev/null || limited $with top "$name" pid args 2>/dev/null; } </dev/null | {
      runs= guest=
      while read -r _ program rest; do
        case $program in
          *qemu-system-*) guest=g;;
          *python*) words=$rest; ! may_be_runner || [ -z "$(set -f; printf '%s\n' $rest | { is=; read_arguments && echo "$is"; })" ] || runs=r;;
        esac
      done
      echo "$runs$guest"; })
    if [ "$address" != - ]; then
      case $(limit=3; get "http://$address:$port/probe" </dev/null) in *'Probe successful'*) marks=$marks''a;; esac
    fi
    printf 'candidate %s %s.\n' "$name" "$marks"
  done
}
# Prints what a command line, one word a line, asks of a container engine: the first word that is a command.
engine_command() {
  while IFS= read -r word; do
    case $word in run|up|create|start|pull|build|bake|load|import|exec|attach|events|logs) echo "$word"; return;; esac
  done
}
preparing() {
  [ "$zero" ] || return 0
  set -- $(limited grep -lzE '^(.*/)?(docker|docker-compose|docker-buildx|podman|nerdctl|conmon|containerd-shim[^/]*)$' /proc/[0-9]*/cmdline 2>/dev/null)
  # For each container that runs, the engine has a process. It tells when a container was last started.
  newest=0
  for cmdline do
    case $(tr '\0' '\n' 2>/dev/null <"$cmdline" | head -n 1) in conmon|*/conmon|*containerd-shim*) ;; *) continue;; esac
    process=${'$'}{cmdline%/cmdline}
    ! look_up_start "${'$'}{process##*/}" || [ "$started" -le "$newest" ] || newest=$started
  done
  for cmdline do
    case $(tr '\0' '\n' 2>/dev/null <"$cmdline" | engine_command) in
      pull|build|bake|load|import) echo yes; return;;
      run|up|create)
        # In the foreground it outlives its work: a container that was started after it is taken for its own.
        process=${'$'}{cmdline%/cmdline}
        if look_up_start "${'$'}{process##*/}" && [ "$started" -gt "$newest" ]; then echo yes; return; fi;;
    esac
  done
}
# A login shell may set PATH and DOCKER_HOST, and this shell is none.
hidden_dockers() {
  program=docker user=
  command -v docker >/dev/null 2>&1 || for folder in "$HOME/bin" "$HOME/.local/bin" /snap/bin; do
    [ ! -x "$folder/docker" ] || { program=$folder/docker; break; }
  done
  while read -r key value _; do case $key in Uid:) user=$value;; esac; done 2>/dev/null </proc/self/status
  socket=${'$'}{XDG_RUNTIME_DIR:-/run/user/$user}/docker.sock
  [ ! -S "$socket" ] || echo "$program -H unix://$socket"
  case $program in /*) echo "$program";; esac
}
container_events() {
  case $1 in *nerdctl) events_of_containerd "$1"; return;; esac
  now=$(date +%s) until=
  # Where sudo may run nothing but the engine, a process of root cannot be ended: should it stay behind, it ends by itself.
  case $1 in sudo*) until="--until $((now + 900))";; esac
  # From a moment ago, so that what happens while it starts is not lost. Names are Docker's and podman's.
  $1 events --since "$((now - 5))" $until --filter type=container --filter event=create --filter event=start --filter event=die --filter event=died --filter event=oom --filter event=destroy --filter event=remove --filter event=rename --filter event=pause --filter event=unpause --format '{{json .}}'
}
# nerdctl knows no --since, and no filter but one for starts. It prints all that happens, and an empty line after each event.
events_of_containerd() {
  # A container may have started before nerdctl listened: a line that names none makes BenchTray ask.
  { sleep 2; echo listening; } &
  $1 events --format '{{json .}}' | while IFS= read -r event; do
    case $event in *'"Topic":"/tasks/start"'*|*'"Topic":"/tasks/exit"'*|*'"Topic":"/tasks/oom"'*|*'"Topic":"/tasks/paused"'*|*'"Topic":"/tasks/resumed"'*|*'"Topic":"/containers/delete"'*) printf '%s\n' "$event";; esac
  done
}
container_log() {
  failed=
  $1 logs --timestamps --tail 2000 --since "$3" "$2" 2>&1 || failed="exit $?"
  printf '%s\n' "$failed"
  exec $1 logs --timestamps --follow --tail 2000 --since "$3" "$2" 2>&1
}
`;
