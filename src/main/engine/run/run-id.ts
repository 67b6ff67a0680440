/** Ids of runs: the same on every reading of the same log, whole or from a copy. */

/**
 * `waa-eval-vm-20260128-225508318` for a run whose log tells when it began (the same run in another log is the same
 * run), `waa-eval-vm-3f9a1c20-0` (log fingerprint and byte offset) for one whose log tells no date. Safe in a URL.
 */
export function runIdFor(vm: string, fingerprint: string, key: string): string {
  const offset = /^offset-(\d+)$/.exec(key)?.[1];
  const parts = offset === undefined ? [vm, key] : [vm, fingerprint.slice(0, 8), offset];
  return parts.map((part) => part.replace(/[^\w.~-]/g, '-')).join('-');
}
