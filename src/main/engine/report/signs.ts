/** The shapes of results, drawn once in a report and used everywhere in it. */
import { kinds, type CellKind } from '../../../shared/strip-cells.ts';
import { html, type Markup } from './html.ts';

/** Returns the drawings, invisible. They come before everything that uses them. */
export function signSheet(): Markup {
  return html`<svg class="sheet" width="0" height="0" aria-hidden="true">
    ${Object.entries(kinds).map(
      ([kind, { shape }]) =>
        html`<symbol id="sign-${kind}" viewBox="0 0 12 16"
          ><path fill-rule="evenodd" d="${shape}"></path
        ></symbol>`,
    )}
  </svg>`;
}

/** @param title what a pointer shows; null: nothing */
export function sign(kind: CellKind, title: string | null = null): Markup {
  return html`<svg class="sign ${kind}" width="10" height="14" aria-hidden="true">
    ${title === null ? null : html`<title>${title}</title>`}
    <use href="#sign-${kind}"></use>
  </svg>`;
}
