/** Returns the copied text of a selection in a log: whole lines, also those that are not on the page now or are cut in their row. */
import { rowAt, type LogWindow } from './log-window.ts';

/** Returns the numbers of the rows that the selection begins and ends in; empty: there is none in this place. */
export function selectedRows(place: HTMLElement): readonly number[] {
  const selection = getSelection();
  if (selection === null || selection.isCollapsed) return [];
  const ends = [selection.anchorNode, selection.focusNode].map((node) => rowElement(place, node));
  return ends.flatMap((row) => (row === null ? [] : [numberOf(row)]));
}

/** Returns the lines of the selection; null: it is not within the rows, or within one that is shown as a whole. */
export function copiedText(place: HTMLElement, window: LogWindow): string | null {
  const selection = getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const begin = rowElement(place, range.startContainer);
  const end = rowElement(place, range.endContainer);
  if (begin === null || end === null || begin === end) return null;
  const numbers = [numberOf(begin), numberOf(end)];
  const lines: string[] = [];
  for (let number = Math.min(...numbers); number <= Math.max(...numbers); number += 1) {
    const row = rowAt(window, number);
    if (row !== undefined) lines.push(row.text);
  }
  lines[0] = selectedPart(begin, range, 'behind', lines[0] ?? '');
  lines[lines.length - 1] = selectedPart(end, range, 'before', lines.at(-1) ?? '');
  return lines.join('\n');
}

/** Returns the selected part of a row at one end of the selection: the whole line if all of the row is selected. */
function selectedPart(row: HTMLElement, range: Range, side: 'before' | 'behind', whole: string): string {
  const text = row.querySelector('.text');
  if (text === null) return whole;
  const part = document.createRange();
  part.selectNodeContents(text);
  const shown = part.toString();
  if (side === 'behind' && part.comparePoint(range.startContainer, range.startOffset) === 0)
    part.setStart(range.startContainer, range.startOffset);
  if (side === 'before' && part.comparePoint(range.endContainer, range.endOffset) === 0)
    part.setEnd(range.endContainer, range.endOffset);
  const selected = part.toString();
  return selected === shown ? whole : selected;
}

function rowElement(place: HTMLElement, node: Node | null): HTMLElement | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  const row = element?.closest<HTMLElement>('[data-row-number]') ?? null;
  return row !== null && place.contains(row) ? row : null;
}

const numberOf = (row: HTMLElement): number => Number(row.dataset['rowNumber']);
