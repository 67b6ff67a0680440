/**
 * Commands for a person to copy, for the shell of their platform. Nothing here is ever run by BenchTray. Values come from the
 * configuration, from Azure and from the VM: they are quoted, or there is no command at all.
 */

/** Fills values into a command: what is written out is ours, what is filled in is a value. Null: that value cannot be written safely. */
export type CommandLine = (parts: TemplateStringsArray, ...values: readonly Value[]) => string | null;

/** Null: a command within the command that cannot be written. */
type Value = string | number | null;

export interface Terminal {
  readonly kind: 'sh' | 'powershell';
  /** `process.platform` of the person's machine. */
  readonly platform: NodeJS.Platform;
  readonly line: CommandLine;
}

/** What no shell takes for anything else. "~", "=" and "," mean something at some places in some of them. */
const plainInSh = /^[A-Za-z0-9_./:@+][A-Za-z0-9_./:@+,=-]*$/;
const plainInPowerShell = /^[A-Za-z0-9_./:\\][A-Za-z0-9_./:\\@+=-]*$/;
/** A pasted line end is Enter, an escape sequence is a key; marks of writing direction show another command than there is. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFFFD]/u;
/**
 * PowerShell hands words on to programs as one text, and `az` on Windows is a batch file, which reads that text a second time:
 * these would mean something there, however they are quoted.
 */
const unfitOnWindows = /["&|<>^%!]/;
/** PowerShell takes all of them for the end of a quoted text. */
const singleQuotes = /['\u2018-\u201b]/g;

export function terminalOf(platform: NodeJS.Platform): Terminal {
  return platform === 'win32'
    ? { kind: 'powershell', platform, line: lineWith(powerShellWord) }
    : { kind: 'sh', platform, line: shLine };
}

/** For a Bourne shell, as on the VM. */
export const shLine: CommandLine = lineWith(shellQuote);

function lineWith(word: (value: string) => string | null): CommandLine {
  return (parts, ...values) => {
    const words = values.map((value) =>
      // A value that looks like an option would be taken for one.
      value === null || String(value).startsWith('-') || unfit.test(String(value))
        ? null
        : word(String(value)),
    );
    return words.includes(null) ? null : String.raw({ raw: parts }, ...words);
  };
}

/** Returns a word that any Bourne shell takes literally, whatever the value contains. */
export function shellQuote(value: string): string {
  return plainInSh.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function powerShellWord(value: string): string | null {
  if (unfitOnWindows.test(value) || value.endsWith('\\')) return null;
  return plainInPowerShell.test(value) ? value : `'${value.replace(singleQuotes, '$&$&')}'`;
}
