import { copyScript } from './copy-script.ts';
import { discoveryScript } from './discovery-script.ts';
import { engineScript } from './engine-script.ts';
import { fileScript } from './file-script.ts';
import { followScript } from './follow-script.ts';
import { frameScript } from './frame-script.ts';
import { processScript } from './process-script.ts';
import { pulseScript } from './pulse.ts';
import { resultScript } from './result-script.ts';
import { shellQuote } from '../common/terminal.ts';

/**
 * What runs on the VM: one POSIX shell script, sent over a channel's stdin to a plain `sh` (never a login shell, which may print
 * banners or be no Bourne shell at all), on the host and inside the container alike. It installs nothing and writes nothing. It works
 * in dash, bash and busybox; a tool that the machine lacks is replaced or named (see `tools`).
 *
 * After the script, each line is one request:
 *   `ask`, `listen`, `drop`                    see frame-script.ts: answers come in frames, in any order
 *   `begin NONCE`                              gives the nonce as a line: what comes before it is a login shell's
 *   `until_closed COMMAND [ARGUMENT …]`        gives the command's raw output until our end of the channel closes;
 *   `follow INODE FROM SIZE PATH`              see follow-script.ts.
 *
 * When stdin ends, the shell ends, and it ends every process that it has started: the machine is being benchmarked.
 *
 * Every process costs the machine time: facts come from the shell's own commands wherever they can.
 */
export const shellScript = String.raw`
export LC_ALL=C
# Hardened systems export TMOUT. With it, bash ends each read after that time.
unset TMOUT
nl='
'
${processScript}${frameScript}
# The tools of this machine. The first request looks for them once.
tools() {
  lacks= encode='base64 -w 2800' mark=+ mtime=%Y zero=yes timeout='timeout -k 1'
  for tool in cat date find head sort tail tr; do command -v $tool >/dev/null 2>&1 || lacks="$lacks $tool"; done
  if ! command -v base64 >/dev/null 2>&1; then
    encode='od -An -v -tx1' mark=x
    command -v od >/dev/null 2>&1 || { lacks="$lacks base64"; encode=; }
  else $encode </dev/null >/dev/null 2>&1 || encode=base64; fi
  # Two logs may be written to within the same second: fractions, where stat knows them.
  if [ "$has_stat" ]; then case $(stat -c %.9Y / 2>/dev/null) in *[!0-9.]*) ;; *.*) mtime=%.9Y;; esac
  elif ! command -v ls >/dev/null 2>&1; then lacks="$lacks stat"; fi
  # The timeout of busybox delays an answer by up to a second, and reports less about its end than the shell does.
  timeout --version >/dev/null 2>&1 || timeout=
  grep -z x /dev/null >/dev/null 2>&1; [ $? = 1 ] || zero=
  # A missing tool may be installed at any time.
  [ "$lacks" ] || checked=yes
}
begin() { printf '%s\n' "$1"; }
until_closed() {
  exec 3<&0
  "$@" & command=$!
  end_with_channel
}
machine() {
  read -r boot </proc/sys/kernel/random/boot_id
  say "boot $boot"
  say "clock $(date '+%s.%N %z')"
  { read -r up _ </proc/uptime; } 2>/dev/null && say "up $up"
  ls /dev/kvm >/dev/null 2>&1 && say 'kvm yes' || say 'kvm no'
  [ -z "$lacks" ] || say "lacks$lacks"
  df -Pk / /mnt /home "$@" 2>/dev/null | while read -r _ size _ free _ mount; do say "disk $size $free $mount"; done
}
run() { limited "$@"; printf '\nexit %s\n' "$?"; }
last_of() { run "$@" 2>&1 | tail -c 60000; }
# Ends the shell that it is called in.
get() {
  if command -v curl >/dev/null 2>&1; then exec curl -sS -m "$limit" -w '\nhttp %{http_code}\n' "$1"
  elif command -v wget >/dev/null 2>&1; then limited wget -q -O - "$1" && printf '\nhttp 200\n' || printf '\nwget: exit %s\nhttp 000\n' "$?"
  else printf 'neither curl nor wget is installed\nhttp 000\n'; fi
}
${pulseScript}${fileScript}${discoveryScript}${engineScript}${followScript}${resultScript}${copyScript}`;

/** `sh` on the VM itself. */
export const hostShell = 'sh';

/** `sh` inside a container. It ends with its stdin, and its stdin ends with our connection. */
export function containerShell(docker: string, container: string): string {
  return `${docker} exec -i ${shellQuote(container)} sh`;
}
