/** What the page sets VMs up by, played: every call is noted, and answered as the test says. */
import { vi } from 'vitest';
import type { AzureVm, SetupInfo } from '../../../src/shared/setup.ts';
import type { SetupApi } from '../../../src/renderer/features/setup/setup-api.ts';
import type { Answer, AnswerProblem } from '../../../src/renderer/state/answer.ts';

export const info: SetupInfo = {
  config_path: '/home/me/.config/benchtray/config.json',
  config_exists: false,
  usual_keys: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_rsa'],
  ssh_hosts: ['waa', 'bench-1'],
  username: 'azureuser',
};

export function azureVm(name: string, changes: Partial<AzureVm> = {}): AzureVm {
  return {
    subscription_id: 'sub-1',
    subscription_name: 'Research',
    resource_group: 'rg-waa',
    vm_name: name,
    size: 'Standard_D4ds_v5',
    location: 'westus2',
    ...changes,
  };
}

export const ok = <Value>(value: Value): Answer<Value> => ({ ok: true, value });
export function no(changes: Partial<AnswerProblem>): Answer<never> {
  const problem = {
    status: 500,
    detail: 'It does not work.',
    hint: null,
    reason: null,
    fields: [],
    ...changes,
  };
  return { ok: false, problem };
}

export function playedApi() {
  return {
    state: vi.fn<SetupApi['state']>(),
    azureVms: vi.fn<SetupApi['azureVms']>(),
    test: vi.fn<SetupApi['test']>(),
    add: vi.fn<SetupApi['add']>(),
    switchDemo: vi.fn<SetupApi['switchDemo']>(),
  };
}

/** A stream of events that the test writes. */
export function playedStream() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  // Fails when the page has left the stream, which is the page's right.
  const letGo = (written: Promise<void>): void => {
    written.catch(() => undefined);
  };
  const write = (text: string): void => letGo(writer.write(new TextEncoder().encode(text)));
  return {
    response: new Response(readable),
    write,
    event: (name: string, data: object) => write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => letGo(writer.close()),
    cut: () => letGo(writer.abort(new Error('cut'))),
  };
}
