/** Holds what was asked for, or the problem because of which it cannot be had. */
export type Result<Value, Problem> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };
