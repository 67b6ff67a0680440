/** `/probe` of the benchmark server in the guest: the only proof that Windows is ready. */
import { section } from './section.ts';

export type ProbeAnswer =
  | { readonly kind: 'ready' }
  /** Nothing listens there (yet). */
  | { readonly kind: 'refused'; readonly text: string }
  /** Nobody answers in time, or there is no way to the guest. */
  | { readonly kind: 'silent'; readonly text: string }
  /** Somebody answers, but not what the benchmark server would. */
  | { readonly kind: 'wrong'; readonly text: string };

/** Where to ask: from the VM itself, or from inside the container. */
export interface ProbePlace {
  readonly from: 'host' | 'container';
  readonly address: string;
}

/** Flask may be busy for seconds during a walk of the accessibility tree; run.py itself waits 7 s. */
export const probeLimitSeconds = 7;

/** Request words for one address. */
export function probeCommand(address: string, port: number): string[] {
  return [
    'get',
    `http://${address.includes(':') ? `[${address.replace(/^\[|\]$/g, '')}]` : address}:${port}/probe`,
  ];
}

/** "localhost:5000", "container:172.30.0.2:5000". */
export function probePlaceText(place: ProbePlace, port: number): string {
  return `${place.from === 'container' ? 'container:' : ''}${place.address}:${port}`;
}

/** Reads what `get` printed; null stands for no answer from the shell itself. */
export function readProbe(answer: string | null): ProbeAnswer {
  if (answer === null) return { kind: 'silent', text: 'Not responding' };
  const { body, end } = section(answer, 'http');
  // curl gives the status also of an answer that broke off.
  if (end === null || end === '000' || /curl: \(\d+\) /.test(body)) return readFailure(body);
  if (end === '200' && isProbeBody(body)) return { kind: 'ready' };
  if (end === '200') return { kind: 'wrong', text: 'Answers, but is not the benchmark server' };
  return { kind: 'wrong', text: `HTTP ${end}` };
}

/** Which of several answers says most about the guest. */
export function bestProbe(answers: readonly ProbeAnswer[]): ProbeAnswer {
  const rank = { ready: 0, wrong: 1, refused: 2, silent: 3 };
  const best = [...answers].sort((a, b) => rank[a.kind] - rank[b.kind])[0];
  return best ?? { kind: 'silent', text: 'Not responding' };
}

/** WAA's answer is `{"message":"Service is operational","status":"Probe successful"}`, laid out as its Flask pleases. */
function isProbeBody(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return (
      typeof value === 'object' &&
      value !== null &&
      (value as { status?: unknown }).status === 'Probe successful'
    );
  } catch {
    return false;
  }
}

/** curl's own words, by its exit numbers: 6 name, 7 connect, 28 time, 52 empty reply, 56 reset. */
function readFailure(body: string): ProbeAnswer {
  const code = /curl: \((\d+)\)/.exec(body)?.[1];
  if (body.includes('neither curl nor wget'))
    return { kind: 'silent', text: 'Neither curl nor wget is installed on the VM' };
  if (/No route to host|unreachable/i.test(body)) return { kind: 'silent', text: 'No route to the guest' };
  if (code === '7' || /refused/i.test(body)) return { kind: 'refused', text: 'Connection refused' };
  // docker-proxy accepts for a guest that does not listen yet, and then hangs up.
  if (code === '52' || code === '56') return { kind: 'refused', text: 'Connection closed without an answer' };
  return { kind: 'silent', text: 'Not responding' };
}
