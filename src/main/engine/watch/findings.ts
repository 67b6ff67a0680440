/** What was found on the VM, and why it was chosen, for a person who asks "what is it looking at?". Pure. */
import { plainText } from '../../../shared/plain-text.ts';
import type { Finding } from '../../../shared/stream.ts';
import type { LogContent } from '../run/index.ts';
import { describeRunner, type Runner } from '../vm/index.ts';
import type { Sight } from './sight.ts';
import { printsElsewhere } from './unheard.ts';

/** In the order of the pieces; one that was not found is left out. */
export function findingsOf(sight: Sight): Finding[] {
  const { container, probe, results, log, inside, host } = sight;
  const findings: Finding[] = [];
  const facts = sight.cloud?.isAddressWanted === true ? sight.cloud.facts : null;
  if (facts !== null && facts.address !== null)
    findings.push({ piece: 'address', value: facts.address, why: 'the public address of the VM in Azure' });
  if (container.kind === 'running')
    findings.push({ piece: 'container', value: container.name, why: container.why });
  if (probe.place !== null && probe.why !== null)
    findings.push({ piece: 'guest', value: probe.place, why: `/probe answers there: ${probe.why}` });
  const [within, outside] = [inside?.runners ?? [], host?.runners ?? []];
  if (within[0] !== undefined)
    findings.push(runnerFinding(within[0], within.length, 'a process in the container', sight));
  else if (outside[0] !== undefined)
    findings.push(runnerFinding(outside[0], outside.length, 'a process on the VM, in no container', sight));
  else if (sight.outsideAgentAtMs !== null)
    findings.push({
      piece: 'runner',
      value: 'outside of this VM',
      why: 'there is no benchmark process here, but the log of the evaluate server grows',
    });
  if (results !== null) {
    const value = results.where === 'container' ? `container:${results.path}` : results.path;
    const shared = results.hostPath === null ? '' : `, on the VM at ${results.hostPath}`;
    findings.push({ piece: 'results', value: plainText(value), why: plainText(results.why + shared) });
  }
  if (log.path !== null && log.why !== null)
    findings.push({ piece: 'log', value: log.path, why: log.why + unreadWords(log.content) });
  return findings;
}

function runnerFinding(runner: Runner, count: number, where: string, { log }: Sight): Finding {
  const others = count > 1 ? `, the first of ${count}` : '';
  const place = log.path === null ? printsElsewhere([runner]) : null;
  const print = place === null ? '' : `; it prints to ${place}, where BenchTray cannot read it`;
  return { piece: 'runner', value: describeRunner(runner), why: where + others + print };
}

function unreadWords(content: LogContent | null): string {
  if (content?.kind === 'compressed')
    return `; it is compressed by ${content.by}, so BenchTray cannot read it`;
  return content?.kind === 'foreign' ? '; BenchTray recognises no benchmark in it' : '';
}
