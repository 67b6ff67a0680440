/**
 * The programs of the machine in real-vm.ts: what plays docker, curl and grep on it. They live on files in its folder, $VM_DIR. Every look
 * of every test calls several of them, so each starts as few processes as it can.
 */
import { existsSync } from 'node:fs';

/** The program of this computer that one of the machine's stands in front of. */
const real = (name: string): string =>
  ['/usr/bin', '/bin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? name;

const docker = String.raw`#!/bin/sh
# Plays docker's command line from files.
cd "$VM_DIR" || exit 1
if [ -f docker-fails ]; then cat docker-fails >&2; exit "$(cat docker-code)"; fi
if [ -f "hangs-$1" ]; then exec sleep 1000; fi
if [ -f no-logs ] && [ "$1" = logs ]; then date +%s%3N >>logs-refused; echo 'Error response from daemon: configured logging driver does not support reading' >&2; exit 1; fi
if [ -f no-exec ] && [ "$1" = exec ]; then echo 'OCI runtime exec failed: exec: "sh": executable file not found' >&2; exit 126; fi
case $1 in
  ps) case " $* " in *' -a '*) exec cat containers;; *) exec ${real('grep')} '|Up' containers;; esac;;
  inspect)
    shift 3; code=0
    if [ $# = 1 ] && [ -f "inspect-$1" ]; then exec cat "inspect-$1"; fi
    for name; do
      if [ -f "inspect-$name" ]; then cat "inspect-$name"; elif [ -f inspect-any ]; then cat inspect-any; else echo "Error: No such object: $name" >&2; code=1; fi
    done
    exit $code;;
  events)
    # Each line begins with its time (Unix seconds) and its action. Without --since, Docker tells only what is to come.
    shift; since= until= actions= type=
    while [ $# -gt 0 ]; do
      case $1\ $2 in
        '--since '*) since=$2;;
        '--until '*) until=$2;;
        '--filter type='*) type=${'$'}{2#type=};;
        '--filter event='*) actions="$actions ${'$'}{2#event=} ";;
        '--filter '*) echo "Error response from daemon: invalid filter '${'$'}{2%%=*}'" >&2; exit 1;;
        '--format {{json .}}') ;;
        *) echo "unknown flag: $1" >&2; exit 125;;
      esac
      shift 2
    done
    from=+1; [ "$since" ] || from=0
    if [ "$until" ]; then set -- timeout $((until - $(date +%s))); fi
    [ -f events ] || { echo "unknown command: docker events" >&2; exit 125; }
    "$@" tail -n "$from" -s 0.1 -f events | while read -r at kind action event; do
      [ "$at" -ge "${'$'}{since:-0}" ] || continue
      case $type in ''|"$kind") ;; *) continue;; esac
      case $actions in ''|*" ${'$'}{action%%:*} "*) printf '%s\n' "$event";; esac
    done;;
  top) exec cat "top-$2";;
  logs)
    # What an earlier start has said is not asked for.
    case " $* " in
      *' --follow '*) exec tail -n +1 -f container.log;;
      *' --timestamps '*) exec cat container.log;;
      *) exec cut -d ' ' -f 2- container.log;;
    esac;;
  cp)
    # Only to stdout, and with the archive that the engine itself makes.
    [ "$3" = - ] || exit 1
    place=${'$'}{2#*:}
    cd "${'$'}{place%/*}" 2>/dev/null && [ -e "${'$'}{place##*/}" ] || { echo "Error response from daemon: Could not find the file $place in container ${'$'}{2%%:*}" >&2; exit 1; }
    maker=$VM_DIR/engine-tar; [ -x "$maker" ] || maker=tar
    exec "$maker" -cf - "${'$'}{place##*/}";;
  exec)
    export VM_CONTAINER="$3"; shift 3
    [ ! -f inside-path ] || read -r PATH <inside-path
    PATH="$VM_DIR/inside:$PATH" exec "$@";;
  *) echo "docker: '$1' is not a docker command." >&2; exit 1;;
esac
`;

const hostCurl = String.raw`#!/bin/sh
# On the VM: port 8006 serves dockur's page; port 5000 leads to the guest where it is published.
for url; do :; done
refused() { echo "curl: (7) Failed to connect to $url: Couldn't connect to server"; printf '\nhttp 000\n'; exit 7; }
case $url in
  */msg.html) if [ -f "$VM_DIR/no-vnc" ]; then refused; fi; if [ -f "$VM_DIR/msg.html" ]; then cat "$VM_DIR/msg.html"; printf '\nhttp 200\n'; else printf 'not found\nhttp 404\n'; fi;;
  http://localhost:5000/probe) [ -f "$VM_DIR/published" ] || refused; read -r guest <"$VM_DIR/guest"; exec "$VM_DIR/inside/curl" "http://$guest:5000/probe";;
  *) refused;;
esac
`;

const insideCurl = String.raw`#!/bin/sh
# In the container: the guest's server.
for url; do :; done
read -r guest <"$VM_DIR/guest"
case $url in http://$guest:5000/probe) ;; *) echo 'curl: (7) Failed to connect: No route to host'; printf '\nhttp 000\n'; exit 7;; esac
read -r state <"$VM_DIR/probe"
case $state in
  ready) printf '{\n  "message": "Service is operational",\n  "status": "Probe successful"\n}\n\nhttp 200\n';;
  refused-once) echo ready >"$VM_DIR/probe"; : >"$VM_DIR/probe-missed"; echo "curl: (56) Recv failure: Connection reset by peer"; printf '\nhttp 000\n'; exit 56;;
  refused) echo "curl: (7) Failed to connect to $guest port 5000 after 1 ms: Couldn't connect to server"; printf '\nhttp 000\n'; exit 7;;
  silent) sleep 7; echo 'curl: (28) Operation timed out after 7000 milliseconds with 0 bytes received'; printf '\nhttp 000\n'; exit 28;;
  *) cat "$VM_DIR/probe"; echo;;
esac
`;

/** A container sees its own processes only, and the VM knows whose they are; this machine shows those of every test that runs. */
const grep = (side: 'host' | 'container'): string => String.raw`#!/bin/sh
case "$*" in *'/cmdline'*) ;; *) exec ${real('grep')} "$@";; esac
# It fails if a process has ended meanwhile, and has found others all the same.
found=$(${real('grep')} "$@")
[ "$found" ] || exit 0
IFS='
'
set --
for path in $found; do set -- "$@" "${'$'}{path%/cmdline}/environ"; done
# What was started on this side has both; a third match tells that it is in another container.
other=; [ ! "$VM_CONTAINER" ] || other="|VM_CONTAINER=(?!$VM_CONTAINER\$).+"
${real('grep')} -czHxP -- "VM_DIR=$VM_DIR|VM_SIDE=${side}$other" "$@" 2>/dev/null | while read -r counted; do
  case $counted in *:2) echo "${'$'}{counted%/environ:2}/cmdline";; esac
done
`;

/** The clock of the machine, which may be wrong. */
const date = String.raw`#!/bin/sh
[ -f "$VM_DIR/clock" ] || exec ${real('date')} "$@"
exec ${real('date')} -d "@$(( $(${real('date')} +%s) + $(cat "$VM_DIR/clock") ))" "$@"
`;

/** A machine has KVM, and as much room on its disks as it is told to. */
const ls = String.raw`#!/bin/sh
case "$*" in
  /dev/kvm) [ ! -f "$VM_DIR/no-kvm" ];;
  *) exec ${real('ls')} "$@";;
esac
`;
const df = String.raw`#!/bin/sh
if [ -f "$VM_DIR/df" ]; then exec cat "$VM_DIR/df"; else exec ${real('df')} "$@"; fi
`;

/** An engine that this computer may have, and the machine has not. */
const missing = (name: string): string => `#!/bin/sh\necho "sh: 1: ${name}: not found" >&2\nexit 127\n`;

/** By their paths in the folder of the machine. */
export const commands: readonly (readonly [path: string, text: string])[] = [
  ['bin/docker', docker],
  ['bin/podman', missing('podman')],
  ['bin/nerdctl', missing('nerdctl')],
  ['bin/curl', hostCurl],
  ['bin/grep', grep('host')],
  ['bin/date', date],
  ['bin/ls', ls],
  ['bin/df', df],
  ['inside/curl', insideCurl],
  ['inside/grep', grep('container')],
];
