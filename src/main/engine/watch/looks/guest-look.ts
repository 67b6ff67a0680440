/** Asks how far Windows is: the page of its set-up, and `/probe` wherever the guest may be. */
import {
  bestProbe,
  guestAddresses,
  probeCommand,
  probeLimitSeconds,
  probePlaceText,
  readBootPage,
  readProbe,
  section,
  type ProbePlace,
  type ShellChannel,
} from '../../vm/index.ts';
import { oneAtATime } from './once.ts';
import { isLogActive, isReady, mayBeBusy, type ProbeSight, type Sight } from '../sight.ts';
import { defaultTempo } from '../tempo.ts';
import type { LookContext } from './context.ts';

export interface GuestLook {
  look(): Promise<void>;
}

/**
 * Longest time between two questions to a Windows that is ready. At any interval, BenchTray reports within 15 s that the server refuses,
 * and within 30 s that it hangs:
 *
 * - It reports a refusal with the third one. Each question follows 1.5 s after the answer before, so the third begins after
 *   10.5 + 1.5 + 1.5 = 13.5 s. The three answers have 1.5 s.
 * - It reports silence with the second missing answer. curl gives up after 7 s: 10.5 + 7 + 1.5 + 7 = 26 s. A shell without curl
 *   may take up to 9 s each time: 30 s.
 *
 * From then on, each look asks. So BenchTray reports the return with the first proper answer: within 5 s if the server refused, and within
 * 12 s if it hung.
 */
const latestMs = 10_500;
/** As long as it takes to notice that a server hangs. */
const unknownAfterMs = 30_000;

interface ProbeQuestion extends ProbePlace {
  readonly why: string;
}

export function createGuestLook(context: LookContext, inside: () => ShellChannel | null): GuestLook {
  const { config, host, sight, learn, monotonicMs, tempo = defaultTempo } = context;
  let readyAtMs = Number.NEGATIVE_INFINITY;
  /** When the benchmark server could last be asked, by the monotonic clock. */
  let askableAtMs = context.monotonicMs();

  /** Whether the answer may have changed, or the next look would ask too late. */
  function isProbeDue(): boolean {
    if (sight().probe.answer?.kind !== 'ready') return true;
    const everyMs = isLogActive(sight()) ? tempo.probeBusyEveryMs : tempo.probeIdleEveryMs;
    const ageMs = monotonicMs() - readyAtMs;
    return ageMs >= everyMs || (ageMs >= everyMs / 2 && ageMs + context.paceMs() > latestMs);
  }

  const lookPage = oneAtATime(async () => {
    const { container, boot, probe } = sight();
    if (container.kind !== 'running' || isReady(sight()) || probe.wasReady) return;
    // dockur removes the page before it says that Windows has started.
    if (boot.phase === 'oobe') return;
    const answer = await host.ask(4, ['get', `http://localhost:${config.vnc.port}/msg.html`]);
    if (answer === null) return;
    const { body, end } = section(answer, 'http');
    if (end === '200') learn({ boot: readBootPage(sight().boot, body) });
  });

  const lookProbe = oneAtATime(async () => {
    if (sight().container.kind === 'stopped' || sight().container.kind === 'absent') {
      // Its silence counts from the time when the container runs again.
      askableAtMs = monotonicMs();
      return;
    }
    if (!isProbeDue()) return;
    const askedAtMs = monotonicMs();
    const { place: known, wasReady, misses, answer: before } = sight().probe;
    if (inside() === null && known?.startsWith('container:') === true) {
      notAsked();
      return;
    }
    const all = placesToAsk(config.probe.addresses, sight(), inside() !== null);
    const isKnown = ({ from, address }: ProbePlace) =>
      probePlaceText({ from, address }, config.probe.port) === known;
    const places = before?.kind === 'ready' && all.some(isKnown) ? all.filter(isKnown) : all;
    const answers = (await Promise.all(places.map(ask))).filter((answer) => answer !== null);
    // A shell that answers nothing hides the guest, whatever the guest does.
    if (host.closed) return;
    if (answers.length === 0) {
      notAsked();
      return;
    }
    askableAtMs = monotonicMs();
    const found = answers.find(({ answer }) => answer.kind === 'ready');
    if (found !== undefined) {
      readyAtMs = askedAtMs;
      const place = probePlaceText(found.place, config.probe.port);
      learnProbe({ answer: found.answer, place, why: found.place.why, wasReady: true, misses: 0 });
      return;
    }
    // Where the guest is known, what the guest says counts; a port that is not published refuses on the VM always.
    const side = known === null || known.startsWith('container:') ? 'container' : 'host';
    const within = answers.filter(({ place }) => place.from === side);
    const best = bestProbe((within.length > 0 ? within : answers).map(({ answer }) => answer));
    learnProbe({ ...sight().probe, answer: best, misses: misses + 1 });
    if (wasReady && misses < 3) context.hurry();
  });

  /** The place where it answers cannot be asked now. That says nothing of it, and after a while nothing is known of it. */
  function notAsked(): void {
    const { answered } = sight();
    if (answered.probe && monotonicMs() - askableAtMs >= unknownAfterMs)
      learn({ answered: { ...answered, probe: false } });
  }

  function learnProbe(probe: ProbeSight): void {
    const { answered } = sight();
    learn({ probe, answered: { ...answered, probe: answered.probe || !mayBeBusy(probe) } });
  }

  async function ask(place: ProbeQuestion) {
    const shell = place.from === 'host' ? host : inside();
    if (shell === null) return null;
    const answer = await shell.ask(probeLimitSeconds, probeCommand(place.address, config.probe.port));
    return answer === null && shell.isSilent ? null : { place, answer: readProbe(answer) };
  }

  return {
    async look() {
      await Promise.all([lookPage(), lookProbe()]);
    },
  };
}

/** On the VM first, where OpenAdapt's scripts publish the guest's port; then in the container, wherever the guest may be. */
export function placesToAsk(
  configured: readonly string[],
  sight: Sight,
  hasInside: boolean,
): ProbeQuestion[] {
  const { container, inside, run } = sight;
  const onHost: ProbeQuestion[] =
    configured.length > 0
      ? configured.map((address) => ({ from: 'host', address, why: 'named in the configuration' }))
      : [{ from: 'host', address: 'localhost', why: "the guest's port is published on the VM" }];
  if (!hasInside) return onHost;
  const within = guestAddresses({
    configured,
    found: inside?.guests ?? [],
    ofRun: run?.guest ?? null,
    ofContainer: container.kind === 'running' ? container.addresses : [],
  });
  return [
    ...onHost,
    ...within.map(({ address, why }): ProbeQuestion => ({ from: 'container', address, why })),
  ];
}
