/** Contact with a VM: logged in, and a shell there that answers. A login alone proves little, because commands may still hang. */
import type { Client } from 'ssh2';
import { terminalOf } from '../common/terminal.ts';
import { openShell, silentAfterMs, type OwnShellChannel, type ShellEnd } from './shell-channel.ts';
import { hostShell } from './shell-script.ts';
import { openChannels, type Channels } from './ssh/channels.ts';
import { connect, type AttemptLimits, type ConnectTools, type SshProblem } from './ssh/connect.ts';
import { addressOf, type SshTarget } from './ssh/target.ts';

export interface Contact {
  readonly client: Client;
  readonly channels: Channels;
  /** The shell on the VM itself. */
  readonly host: OwnShellChannel;
  /** Host keys that were seen for the first time. */
  readonly firstUse: readonly string[];
}

export type ContactResult =
  | { readonly ok: true; readonly contact: Contact }
  /** `isFleeting`: a VM that shuts down, or a restart of sshd, looks the same for a moment. Report it only when it repeats. */
  | { readonly ok: false; readonly problem: SshProblem; readonly isFleeting: boolean };

const firstAnswerSeconds = 8;

/**
 * Logs in and waits for the first answer of a shell, and then for `lastsMs`, whether the shell lasts. Resolves within the limits, ten
 * seconds and `lastsMs`; never rejects.
 */
export async function makeContact(
  target: SshTarget,
  tools: ConnectTools,
  limits: AttemptLimits,
  lastsMs = 0,
): Promise<ContactResult> {
  const login = await connect(target, tools, limits);
  if (!login.ok) return { ...login, isFleeting: false };
  const { client, firstUse } = login;
  const giveUp = (): void => void client.destroy();
  client.once('end', giveUp);
  limits.signal.addEventListener('abort', giveUp, { once: true });
  if (limits.signal.aborted) giveUp();
  const shell = await openHostShell(client, target, lastsMs);
  limits.signal.removeEventListener('abort', giveUp);
  if (shell.ok) return { ok: true, contact: { client, firstUse, ...shell } };
  client.destroy();
  return shell;
}

type HostShell =
  | { readonly ok: true; readonly channels: Channels; readonly host: OwnShellChannel }
  | Extract<ContactResult, { ok: false }>;

/** Opens the shell on the VM itself, on a connection that is up, and waits for its first answer, and then for `lastsMs`. */
export async function openHostShell(client: Client, target: SshTarget, lastsMs = 0): Promise<HostShell> {
  const channels = openChannels(client);
  const host = openShell(channels, hostShell);
  let end: ShellEnd = { kind: 'silent', detail: `No answer within ${firstAnswerSeconds + 2} s.` };
  host.onEnd((how) => (end = how));
  const answer = await host.ask(firstAnswerSeconds, ['true']);
  if (answer !== null && lastsMs > 0) await endWithin(host, lastsMs);
  if (answer !== null && !host.closed) return { ok: true, channels, host };
  host.close();
  // Who waits for it to last has seen it end before.
  const isFleeting = lastsMs === 0 && (end.kind === 'ended' || end.kind === 'lost');
  return { ok: false, ...shellProblem(target, end), isFleeting };
}

function endWithin(host: OwnShellChannel, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    host.onEnd(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The hint for a server that allows too few sessions. */
export const maxSessionsHint =
  'Set MaxSessions in /etc/ssh/sshd_config on the VM to 10, which is the default, then run: sudo systemctl reload ssh';

/** Explains to a person why the shell on the VM ended. */
export function shellProblem(target: SshTarget, end: ShellEnd): { readonly problem: SshProblem } {
  const { port, username, host } = target;
  const command = terminalOf(process.platform).line`ssh -p ${port} ${`${username}@${host}`} uptime`;
  const compare = command === null ? '' : ` Compare with: ${command}`;
  const detail = `${addressOf(target)}: ${end.detail === '' ? end.kind : end.detail}`;
  const unresponsive = (message: string, hint: string): { readonly problem: SshProblem } => ({
    problem: { code: 'vm_unresponsive', message, detail, hint },
  });
  switch (end.kind) {
    case 'refused':
      return unresponsive('The VM accepts the login, but refuses BenchTray a session.', maxSessionsHint);
    case 'failed':
    case 'ended':
      return unresponsive(
        'The VM accepts the login, but ends every command.',
        `Give this user a login shell, and remove a ForceCommand (sshd_config) or command="…" (authorized_keys) that ends.${compare}`,
      );
    case 'flooded':
      return unresponsive(
        'The VM accepts the login, but does not answer what BenchTray asks.',
        `Remove a ForceCommand (sshd_config) or command="…" (authorized_keys) for this user.${compare}`,
      );
    case 'silent':
      return unresponsive(
        'The VM accepts the login, but does not answer commands.',
        `The VM may be overloaded, or a ForceCommand (sshd_config) may hang.${compare}`,
      );
    case 'lost':
      return {
        problem: {
          code: 'ssh_unreachable',
          message: 'SSH connection failed',
          detail: `${addressOf(target)}: the connection closes right after the login`,
          hint: `Look for what closes it: a proxy or firewall on the way, or sshd itself (on the VM: sudo journalctl -u ssh).${compare}`,
        },
      };
  }
}

/** Returns what is wrong with a VM whose shell answered at first and then ended. Null: a new connection may fix it. */
export function lateShellProblem(target: SshTarget, end: ShellEnd): SshProblem | null {
  if (end.kind !== 'silent' && end.kind !== 'flooded') return null;
  const silence = `No answer to anything for ${Math.round(silentAfterMs / 1000)} s.`;
  return shellProblem(target, end.kind === 'silent' ? { kind: 'silent', detail: silence } : end).problem;
}
