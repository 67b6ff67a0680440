/** What a request asks for, by its address. */

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Path and query of a request; "*" for the server as a whole; null when they cannot be read. */
export function readTarget(url: string): Target | '*' | null {
  if (url === '*') return '*';
  // Behind a host, "//elsewhere/path" is a path, not a host.
  const parsed = URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);
  if (parsed === null || decodedPath(parsed.pathname) === null) return null;
  return { path: parsed.pathname, query: parsed.searchParams };
}

/** Returns null for a path with a broken escape, such as "/%zz". Routes may decode every other path. */
function decodedPath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
