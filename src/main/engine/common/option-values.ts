import { InvalidArgumentError } from 'commander';
import { isOpenedByBrowsers, listenPortRule } from './listen-port.ts';

/** A parser for an option that takes a number; what it refuses, commander reports as wrong usage. */
export function numberOption(expected: string, fits: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = /^-?(?:\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value) || !fits(value)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
}

/** A parser for an option that takes a text of so many characters; spaces alone are none. */
export const textOption =
  (least: number, most: number, expected = `${least} to ${most} characters`) =>
  (text: string): string => {
    const isBlank = least > 0 && text.trim() === '';
    if (text.length < least || text.length > most || isBlank)
      throw new InvalidArgumentError(`Expected ${expected}.`);
    return text;
  };

export const portOption = numberOption(
  listenPortRule,
  (value) => Number.isInteger(value) && value >= 0 && value <= 65535 && isOpenedByBrowsers(value),
);
