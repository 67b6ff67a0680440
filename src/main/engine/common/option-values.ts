import { InvalidArgumentError } from 'commander';

/** A parser for an option that takes a number; what it refuses, commander reports as wrong usage. */
export function numberOption(expected: string, fits: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = /^-?(?:\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value) || !fits(value)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
}

export const portOption = numberOption(
  'a port number from 1 to 65535, or 0 for any free one',
  (value) => Number.isInteger(value) && value >= 0 && value <= 65535,
);
