import { discoveryScript } from './discovery-script.ts';
import { followScript } from './follow-script.ts';
import { resultScript } from './result-script.ts';

/**
 * What runs on the VM: one POSIX shell script, sent over a channel's stdin to a plain `sh` (never a login shell, which may print
 * banners or be no Bourne shell at all), on the host and inside the container alike. Nothing is installed, nothing is written.
 *
 * After the script, each line is one request:
 *   `ask NONCE SECONDS FUNCTION [ARGUMENT …]`  answers in frames marked by the nonce, in the background, so that a slow answer
 *                                              holds back no other one;
 *   `until_closed COMMAND [ARGUMENT …]`        gives the command's raw output until our end of the channel closes, and then ends
 *                                              the command: nothing stays behind on the machine that is being benchmarked;
 *   `follow INODE FROM SIZE PATH`              see follow-script.ts.
 *
 * A frame is any number of lines `NONCE + BASE64` and one last line `NONCE =`. Lines stay below 4,096 bytes (PIPE_BUF), because
 * only writes of that size are whole when several jobs write to one pipe.
 */
export const shellScript = String.raw`
export LC_ALL=C
# Two logs may be written to within the same second: fractions, where stat knows them.
mtime=%Y; case $(stat -c %.9Y / 2>/dev/null) in *[!0-9.]*) ;; *.*) mtime=%.9Y;; esac
ask() {
  n=$1 limit=$2; shift 2
  { "$@" </dev/null 2>&1 | head -c 65536 | base64 -w 2800 | while IFS= read -r part || [ -n "$part" ]; do printf '%s + %s\n' "$n" "$part"; done
    printf '%s =\n' "$n"; } &
}
until_closed() {
  exec 3<&0
  "$@" & command=$!
  end_with_channel
}
end_with_channel() {
  { cat <&3; kill "$command"; } >/dev/null 2>&1 & watcher=$!
  wait "$command"; kill "$watcher" 2>/dev/null
  exit 0
}
limited() { if command -v timeout >/dev/null 2>&1; then timeout -k 1 "$limit" "$@"; else "$@"; fi; }
machine() {
  read -r boot </proc/sys/kernel/random/boot_id
  printf 'boot %s\nclock %s\n' "$boot" "$(date '+%s.%N %z')"
  ls /dev/kvm >/dev/null 2>&1 && echo 'kvm yes' || echo 'kvm no'
  limited df -Pk / /mnt /home "$@" 2>/dev/null | while read -r _ size _ free _ mount; do printf 'disk %s %s %s\n' "$size" "$free" "$mount"; done
}
run() { limited "$@"; printf '\nexit %s\n' "$?"; }
last_of() { run "$@" 2>&1 | tail -c 60000; }
get() {
  if command -v curl >/dev/null 2>&1; then curl -sS -m "$limit" -w '\nhttp %{http_code}\n' "$1"
  elif command -v wget >/dev/null 2>&1; then limited wget -q -O - "$1" && printf '\nhttp 200\n' || printf '\nwget: exit %s\nhttp 000\n' "$?"
  else printf 'neither curl nor wget is installed\nhttp 000\n'; fi
}
logs() { limited stat -L -c "log $mtime %s %i %n" -- "$@" 2>/dev/null | sort -k2,2nr | head -n 40; }
identify() { limited head -c 1 -- "$1" >/dev/null && limited stat -L -c "%s %i $mtime" -- "$1" && limited head -c "$2" -- "$1"; }
${discoveryScript}${followScript}${resultScript}`;

/** `sh` on the VM itself. */
export const hostShell = 'sh';

/** `sh` inside a container. It ends with its stdin, and its stdin ends with our connection. */
export function containerShell(docker: string, container: string): string {
  return `${docker} exec -i ${quote(container)} sh`;
}

/** A word that any Bourne shell takes literally, whatever it contains. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** One request line. No word may contain a line end: there is no way to send one in a line. */
export function requestLine(words: readonly string[]): string {
  if (words.some((word) => /[\r\n\0]/.test(word)))
    throw new Error('A request to the VM may not contain a line end.');
  return `${words.map(quote).join(' ')}\n`;
}

/** The words of a request line, as the simulated VM reads them: the inverse of {@link requestLine}. */
export function parseRequestLine(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)) {
    words.push(
      match[0].replace(
        /'([^']*)'|\\(.)/g,
        (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? '',
      ),
    );
  }
  return words;
}
