/** What is being watched on a VM, and why it was chosen. Pure. */
import type { Finding, StatusPayload } from '../../../shared/stream.ts';

export interface WatchedFact {
  readonly label: string;
  readonly value: string;
  /** Null where there was nothing to choose. */
  readonly why: string | null;
}

/** In the order in which one thing was found by means of the other. What was not found is left out. */
export function watchedFacts({ detail, probe }: StatusPayload, runId: string | null): readonly WatchedFact[] {
  const known = (label: string, value: string | null): readonly WatchedFact[] =>
    value === null ? [] : [{ label, value, why: null }];
  const found = (
    piece: Finding['piece'],
    label: string,
    otherwise: string | null,
  ): readonly WatchedFact[] => {
    const findings = detail.found.filter((finding) => finding.piece === piece);
    return findings.length === 0
      ? known(label, otherwise)
      : findings.map(({ value, why }) => ({ label, value, why }));
  };
  return [
    ...known('SSH', detail.address),
    ...found('address', 'Address', null),
    ...found('container', 'Container', detail.container),
    ...known('Benchmark server', probe.status),
    ...found('guest', 'Asked at', detail.probe_address),
    ...found('runner', 'Process', detail.runner),
    ...found('results', 'Results', null),
    ...found('log', 'Log', detail.log),
    ...known('Run', runId),
  ];
}
