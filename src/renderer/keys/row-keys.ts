/** `j` and `k` move the focus from row to row, through all lists of the page. A row is what has `data-row`: a link or a button. */
import { bindKeys } from './bound-keys.svelte.ts';

/** Binds `j` and `k`; for `onMount` of a list. @returns how to unbind them */
export const bindRowKeys = (): (() => void) =>
  bindKeys({ 'next-row': () => move('next'), 'previous-row': () => move('previous') });

function move(direction: 'next' | 'previous'): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const { activeElement: from } = document;
  const isBeyond = (row: HTMLElement): boolean => {
    const side = direction === 'next' ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    return ((from?.compareDocumentPosition(row) ?? 0) & side) !== 0;
  };
  const target = direction === 'next' ? rows.find(isBeyond) : rows.findLast(isBeyond);
  target?.focus();
}
