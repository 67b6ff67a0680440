/**
 * Puts one more item behind the last one of a list or a group in JSON with comments, and leaves every other character as it is.
 * jsonc-parser's own `modify` would put it between the last item and the comment that stands behind that.
 */
import { applyEdits, createScanner, type Edit, type Node } from 'jsonc-parser';

/** As jsonc-parser's `SyntaxKind` has them, which types alone know by name. */
const tokens = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, end: 17 };

/** How a text is laid out. */
export interface Layout {
  /** One step of indentation. */
  readonly unit: string;
  readonly lineEnd: string;
}

/** As in the first line of the text that is indented; two spaces where none is. */
export function layoutOf(text: string): Layout {
  const [, unit = '  '] = /[\r\n]([ \t]+)(?=[^\s])/.exec(text) ?? [];
  return { unit: unit.includes('\t') ? '\t' : unit, lineEnd: text.includes('\r\n') ? '\r\n' : '\n' };
}

/**
 * @param container a list or a group within `text`
 * @param label what stands before the value: `"key": ` in a group, nothing in a list
 */
export function insertLast(
  text: string,
  container: Node,
  { label, value }: { readonly label: string; readonly value: unknown },
  layout: Layout,
): string {
  const { unit, lineEnd } = layout;
  const open = container.offset;
  const close = open + container.length - 1;
  const last = container.children?.at(-1);
  const from = last === undefined ? open + 1 : last.offset + last.length;
  const behind = lookBehind(text, from, close, last !== undefined);
  const outerIndent = indentOf(text, open);
  const [first] = container.children ?? [];
  const firstIndent = first === undefined ? null : ownLineIndent(text, first.offset);
  const isOnOneLine = firstIndent === null && last !== undefined && !behind.mustBreak;
  const indent = firstIndent ?? outerIndent + unit;
  const item = isOnOneLine
    ? ` ${label}${onOneLine(value)}`
    : `${lineEnd}${indent}${label}${JSON.stringify(value, null, unit).replaceAll('\n', lineEnd + indent)}`;
  const rest = text.slice(behind.offset, close);
  const needsBreak = !isOnOneLine && !/[\r\n]/.test(rest) && (last === undefined || behind.mustBreak);
  const edits: Edit[] = [
    ...(last === undefined || behind.hasComma ? [] : [{ offset: from, length: 0, content: ',' }]),
    {
      offset: behind.offset,
      // Of a group without anything in it the blanks go, so that it does not end in them.
      length: last === undefined && rest.trim() === '' ? rest.length : 0,
      content: item + (behind.hasComma ? ',' : ''),
    },
  ];
  const closing = last === undefined && rest.trim() === '' ? lineEnd + outerIndent : '';
  const tail = closing === '' && needsBreak ? lineEnd + outerIndent : closing;
  if (tail !== '') edits.push({ offset: close, length: 0, content: tail });
  return applyEdits(text, edits);
}

interface Behind {
  /** Where the new item goes: behind the comma, and behind a comment that belongs to the last item. */
  readonly offset: number;
  readonly hasComma: boolean;
  /** The item cannot stand on this line: a comment goes to its end. */
  readonly mustBreak: boolean;
}

/** What stands between the last item and the end of its container. In one without items every comment comes first. */
function lookBehind(text: string, from: number, close: number, hasItems: boolean): Behind {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  let offset = from;
  let hasComma = false;
  let mustBreak = false;
  let isSameLine = true;
  for (let token: number = scanner.scan(); token !== tokens.end; token = scanner.scan()) {
    const end = scanner.getTokenOffset() + scanner.getTokenLength();
    if (end > close) break;
    if (token === tokens.lineBreak) isSameLine = false;
    const isComment = token === tokens.lineComment || token === tokens.blockComment;
    const counts = token === tokens.comma || (isComment && (isSameLine || !hasItems));
    if (!counts) continue;
    if (token === tokens.comma) {
      hasComma = true;
      isSameLine = true;
    }
    offset = end;
    mustBreak = token === tokens.lineComment;
  }
  return { offset, hasComma, mustBreak };
}

/** The blanks before this place, if there is nothing else before it on its line; else null. */
function ownLineIndent(text: string, offset: number): string | null {
  const [blanks = ''] = /[ \t]*$/.exec(text.slice(0, offset)) ?? [];
  const before = text[offset - blanks.length - 1];
  return before === '\n' || before === '\r' ? blanks : null;
}

/** The blanks at the beginning of the line in which this place is. */
function indentOf(text: string, offset: number): string {
  const line =
    text
      .slice(0, offset)
      .split(/[\r\n]/)
      .at(-1) ?? '';
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Returns JSON without line breaks: `{ "name": "a" }`. */
export function onOneLine(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
}
