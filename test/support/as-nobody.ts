/** As somebody who may do less than root; without that, permissions mean nothing to whoever runs these tests as root. */
export function asNobody<Result>(work: () => Result): Result {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
