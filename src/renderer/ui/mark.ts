/** Shapes that tell states apart without colour. */
export type Mark = 'ok' | 'run' | 'busy' | 'pause' | 'off' | 'warn' | 'bad' | 'unknown';

/** A state in a shape and a word. */
export interface MarkedWord {
  readonly mark: Mark;
  readonly word: string;
}

/** Outline and sign of each, in a box of 16 by 16. */
export const markShapes: Readonly<Record<Mark, { readonly outline: string; readonly sign: string }>> = {
  ok: { outline: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', sign: 'M4.9 8.3 7.1 10.5 11.2 5.9' },
  run: { outline: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', sign: 'M6.6 5.3 10.8 8 6.6 10.7z' },
  busy: { outline: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', sign: 'M8 4.4V8l2.4 1.7' },
  pause: { outline: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', sign: 'M6.4 5.4v5.2M9.6 5.4v5.2' },
  off: { outline: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', sign: 'M5 8h6' },
  warn: { outline: 'M8 1.8 15 14.2H1z', sign: 'M8 6.2v3.6M8 11.9v.3' },
  bad: {
    outline: 'M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z',
    sign: 'M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  },
  unknown: {
    outline: 'M8 1.5 14.5 8 8 14.5 1.5 8z',
    sign: 'M6.5 6.6c0-2 3-2 3 0 0 1.2-1.5 1.1-1.5 2.3M8 11v.3',
  },
};
