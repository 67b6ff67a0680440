/** What the doctor finds wrong is what the stream tells of, in the same words where both have a sentence for it. */
import { describe, expect, it } from 'vitest';
import type { CheckName } from '../../../src/main/engine/doctor/index.ts';
import type { StateCode } from '../../../src/shared/stream.ts';
import { sshdPath } from '../../support/tools.ts';
import { watch } from '../prober/watched.ts';
import { breaks } from './breaks.ts';
import { healthyPatient } from './patient.ts';

const told: readonly (readonly [name: CheckName, what: string, code: StateCode])[] = [
  ['ssh_port', 'no server on it', 'ssh_unreachable'],
  ['ssh_key', 'no such file', 'ssh_auth_failed'],
  ['ssh_login', 'a key that the VM does not know', 'ssh_auth_failed'],
  ['ssh_login', 'a second factor after the key', 'ssh_auth_failed'],
  ['ssh_login', 'no shell behind it', 'vm_unresponsive'],
  ['ssh_login', 'a forced command that waits', 'vm_unresponsive'],
  ['ssh_login', 'one session only', 'vm_unresponsive'],
  ['docker', 'a user who may not', 'docker_denied'],
  ['container', 'none there', 'container_missing'],
  ['container', 'one that has ended', 'container_exited'],
  ['disk', 'hardly any room', 'disk_full'],
  ['log', 'none under the configured name', 'log_unreadable'],
];
/** Checks whose sentence is that of the stream. */
const sameWords: ReadonlySet<CheckName> = new Set(['container', 'disk']);

describe.skipIf(sshdPath === null)('the doctor and the stream', () => {
  it.each(told)('agree on %s: %s', async (name, what, code) => {
    const patient = await healthyPatient();
    await breaks[name].find((one) => one.what === what)?.break(patient);
    patient.config = { ...patient.config, azure: null };
    const { untilError } = await watch(patient.config);
    const error = await untilError(code);
    const check = (await patient.examine()).of(name);
    expect(check.state).toBe('failed');
    if (sameWords.has(name)) expect(check.found).toContain(error.message);
  });
});
