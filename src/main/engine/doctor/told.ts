/** What is found → what is told. Much of it comes from the VM: on one line, of bounded length, without secrets and without control characters. */
import type { DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import type { Check, Finding } from './model.ts';
import { terminalOf } from '../common/terminal.ts';

/** A broken configuration may have a lot to be said about it. */
const longestText = 4_000;

export function waitingCheck({ name, title, why }: Check, vm: string | null): DoctorCheck {
  return {
    ...{ check: name, vm, title, state: 'waiting', found: null, why },
    ...{ advice: null, command: null, took_ms: null },
  };
}

export function toldCheck(
  check: Check,
  vm: string | null,
  { state, found, advice, command }: Finding,
  tookMs: number,
  platform: NodeJS.Platform,
): DoctorCheck {
  return {
    ...waitingCheck(check, vm),
    state,
    found: told(found),
    advice: advice === null ? null : told(advice),
    command: command?.(terminalOf(platform)) ?? null,
    took_ms: Math.round(tookMs),
  };
}

export function summaryOf(checks: readonly DoctorCheck[]): DoctorSummary {
  const count = (wanted: DoctorCheck['state']): number =>
    checks.filter(({ state }) => state === wanted).length;
  return {
    ok: count('failed') === 0,
    passed: count('passed'),
    warned: count('warned'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}

function told(text: string): string {
  return cutText(maskSecrets(plainText(text)), longestText);
}
