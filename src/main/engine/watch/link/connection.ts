/** Keeps the connection to one address of a VM, and writes its state into the store. */
import type { Logger } from '../../common/app-log.ts';
import {
  addressOf,
  keepLink,
  lateShellProblem,
  makeContact,
  shellProblem,
  type ConnectTools,
  type Contact,
  type SshTarget,
} from '../../vm/index.ts';
import { nothingAnswered, type Answered } from '../sight.ts';
import type { VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import type { Tempo } from '../tempo.ts';
import type { VmClock } from '../vm-clock.ts';

export interface ConnectionOptions {
  readonly vm: string;
  readonly target: SshTarget;
  readonly tools: ConnectTools;
  readonly store: VmStore;
  readonly log: Logger;
  readonly clock: Pick<VmClock, 'monotonicMs' | 'runMs'>;
  readonly tempo: Tempo;
}

const loginEveryMs = 60_000;
/** A VM or its container takes longer than this to restart. */
const restartsAfterMs = 8_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #link: ReturnType<typeof keepLink>;
  #blinkTimer: NodeJS.Timeout | null = null;
  #lastLoginMs: number | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { vm, target, tools, store, log, clock } = options;
    this.#link = keepLink({
      attempt: (limits, lastsMs) => makeContact(target, tools, limits, lastsMs),
      events: {
        up: (contact) => this.#up(contact),
        lost: () => this.#lost(),
        failed(problem) {
          log.debug({ vm, problem }, 'connection failed');
          const { ssh } = store.get();
          if (ssh.kind === 'down') store.update({ ssh: { ...ssh, problem } });
        },
      },
      log,
      monotonicMs: clock.monotonicMs,
    });
  }

  /** Logs in again, at most once a minute: only a new login has a new group, or a new setting of sshd. */
  loginAnew(): void {
    const nowMs = this.#options.clock.monotonicMs();
    // Report the first refusal as it is. A person may have fixed a later one.
    const isDue = this.#lastLoginMs !== null && nowMs - this.#lastLoginMs >= loginEveryMs;
    if (isDue) this.#link.relogin(null);
    if (isDue || this.#lastLoginMs === null) this.#lastLoginMs = nowMs;
  }

  close(): void {
    this.#clearBlink();
    this.#options.store.get().contact?.host.close();
    this.#link.close();
  }

  #up(contact: Contact): void {
    const { vm, target, store, log, clock } = this.#options;
    this.#clearBlink();
    for (const host of contact.firstUse)
      log.warn({ vm, host }, 'host key seen for the first time, trusted from now on');
    log.info({ vm, address: addressOf(target) }, 'connected');
    store.update({
      contact,
      connectedAtMs: clock.monotonicMs(),
      ssh: { kind: 'up' },
      isFirstLook: true,
      answered: answersKept(store.get(), clock.runMs()),
      missing: null,
    });
    contact.host.onEnd((end) => {
      if (store.get().contact !== contact || end.kind === 'lost') return;
      log.warn({ vm, end }, 'the shell on the VM has ended');
      this.#link.relogin(lateShellProblem(target, end), shellProblem(target, end).problem);
    });
  }

  #lost(): void {
    const { vm, store, log, tempo } = this.#options;
    log.warn({ vm }, 'connection lost');
    const { contact } = store.get();
    store.update({ ...withoutContact, ssh: { kind: 'blinking' } });
    contact?.host.close();
    this.#blinkTimer = setTimeout(() => {
      const { state } = this.#link;
      const problem = state.kind === 'connecting' ? state.lastProblem : null;
      store.update({ ssh: { kind: 'down', everUp: true, problem } });
    }, tempo.lossToldAfterMs);
  }

  #clearBlink(): void {
    if (this.#blinkTimer !== null) clearTimeout(this.#blinkTimer);
  }
}

/**
 * Returns which answers of the connection before count on a new one. They may be out of date, unless the connection was lost for a moment.
 * @param runMs the present on the timeline of the VM's runs; epoch milliseconds
 */
export function answersKept(
  { ssh, heard, answered }: Pick<VmState, 'ssh' | 'heard' | 'answered'>,
  runMs: number,
): Answered {
  const isBrief = ssh.kind === 'blinking' && heard !== null && runMs - heard.runMs < restartsAfterMs;
  return isBrief
    ? { ...nothingAnswered, container: answered.container, probe: answered.probe }
    : nothingAnswered;
}

const withoutContact: Partial<VmState> = {
  ...{ contact: null, connectedAtMs: null, shells: null, isFirstLook: false, isReplaying: false },
};
