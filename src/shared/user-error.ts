/**
 * A failure that a person can do something about. The message is one sentence for that person and is printed as it
 * stands, without a stack trace; `hint` says what to do. `exitCode` 2 stands for wrong usage or configuration, 1 for
 * anything else.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: 1 | 2;
  readonly hint: string | null;

  constructor(
    message: string,
    options: { readonly exitCode?: 1 | 2; readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
    this.hint = options.hint ?? null;
  }
}
