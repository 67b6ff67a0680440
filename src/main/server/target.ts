/** What a request asks for, by its address. */

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Path and query of a request; "*" for the server as a whole; null when they cannot be read. */
export function readTarget(url: string): Target | '*' | null {
  if (url === '*') return '*';
  // Put behind a host as it is: "//elsewhere/path" is a path here, not a host.
  const parsed = URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);
  if (parsed === null || !isDecodable(parsed.pathname)) return null;
  return { path: parsed.pathname, query: parsed.searchParams };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
