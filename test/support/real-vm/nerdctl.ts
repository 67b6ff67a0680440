/** nerdctl in the place of Docker on the machine in real-vm.ts: scripted, after its documentation and its source. */
import { chmodSync, copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealVm } from '../real-vm.ts';

/**
 * It answers as Docker does, but for three things. `inspect` gives names without a slash and does not know what ended a container. `events`
 * knows no times and only the filters for starts, prints all that containerd reports, and names containers by their ids alone:
 * https://github.com/containerd/nerdctl/blob/main/docs/command-reference.md#whale-nerdctl-events. `ps` says no more than "Up".
 */
const nerdctl = String.raw`#!/bin/sh
cd "$VM_DIR" || exit 1
fatal() { echo "time=\"2026-01-28T22:00:00Z\" level=fatal msg=\"$1\"" >&2; exit 1; }
case $1 in
  ps) nerdctl/docker "$@" | sed 's/|Up .*/|Up/';;
  inspect)
    if [ "$4" = --type=container ]; then format=$3; shift 4; set -- inspect --format "$format" "$@"; fi
    nerdctl/docker "$@" | sed 's/^\["\//["/; s/"OOMKilled":[a-z]*,//';;
  events)
    shift
    while [ $# -gt 0 ]; do
      case $1\ $2 in
        '--format '*) ;;
        '--filter event='*|'--filter status='*) ;;
        '--filter '*) fatal "${'$'}{2%%=*} is an invalid or unsupported filter";;
        *) fatal "unknown flag: $1";;
      esac
      shift 2
    done
    tail -n 0 -s 0.1 -f events | while read -r _ kind action event; do
      id=${'$'}{event#*'"id":"'} id=${'$'}{id%%'"'*} status=unknown
      case $kind$action in
        containerstart) topic=/tasks/start status=start;;
        containerdie) topic=/tasks/exit;;
        containeroom) topic=/tasks/oom;;
        containerdestroy) topic=/containers/delete;;
        *) topic=/snapshot/prepare id=;;
      esac
      printf '{"Timestamp":"2026-01-28T22:00:00Z","ID":"%s","Namespace":"default","Topic":"%s","Status":"%s","Event":"{}"}\n\n' "$id" "$topic" "$status"
    done;;
  *) exec nerdctl/docker "$@";;
esac
`;

export function installNerdctl(vm: RealVm): void {
  const file = (...path: string[]): string => join(vm.dir, ...path);
  mkdirSync(file('nerdctl'));
  renameSync(file('bin/docker'), file('nerdctl/docker'));
  copyFileSync(file('bin/podman'), file('bin/docker'));
  writeFileSync(file('bin/nerdctl'), nerdctl);
  chmodSync(file('bin/nerdctl'), 0o755);
}
