/** The address as a browser writes it, if it leads to a web page; null for anything else, such as `javascript:`. */
export function webUrl(text: string | null): string | null {
  const url = text === null ? null : URL.parse(text);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null;
}
