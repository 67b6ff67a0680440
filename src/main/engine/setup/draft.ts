/** A VM as the page describes it, and as the configuration has it. Pure. */
import { isAbsolute } from 'node:path';
import { makeVmConfig, type VmConfig, type VmEntry } from '../config/index.ts';
import type { FieldProblem, VmDraft } from '../../../shared/setup.ts';
import { expandHome } from '../common/expand-home.ts';

const usualPort = 22;

/** What goes into the file: nothing that is the default anyway, but for the user, whom everybody looks for there. */
export function entryOf({ name, host, port, username, private_key: privateKey, azure }: VmDraft): VmEntry {
  return {
    name,
    ...(azure === null
      ? {}
      : {
          azure: {
            subscriptionId: azure.subscription_id,
            resourceGroup: azure.resource_group,
            vmName: azure.vm_name,
          },
        }),
    ssh: {
      ...(host === null ? {} : { host }),
      ...(port === usualPort ? {} : { port }),
      username,
      ...(privateKey === null ? {} : { privateKey }),
    },
  };
}

/** Complete, with every path absolute, as it would be read from the file. Throws where the schema refuses it. */
export function configOf(draft: VmDraft, home: string): VmConfig {
  const config = makeVmConfig(entryOf(draft));
  const { privateKey } = config.ssh;
  const path = privateKey === null ? null : expandHome(privateKey, home);
  return { ...config, ssh: { ...config.ssh, privateKey: path } };
}

const fields: Readonly<Record<string, string>> = {
  name: 'name',
  'ssh.host': 'host',
  'ssh.port': 'port',
  'ssh.username': 'username',
  'ssh.privateKey': 'private_key',
};

/** The field of the draft for a place in the configuration of a VM; what is about the VM as a whole is said at its host. */
export function fieldOf(at: string): string {
  return fields[at] ?? (at.startsWith('azure') ? 'azure' : 'host');
}

/** What the configuration would let pass, and a page should not: there a path starts nowhere. */
export function keyProblem({ private_key: path }: VmDraft): FieldProblem | null {
  if (path === null || /^~(?:[/\\]|$)/.test(path) || isAbsolute(path)) {
    return path === null || !/[\r\n]/.test(path)
      ? null
      : { field: 'private_key', message: 'found several lines, expected the path to a key' };
  }
  // Not shown again: it may be the key itself.
  const message = path.includes('PRIVATE KEY')
    ? 'found a private key itself, expected the path to it'
    : 'found no whole path, expected one that begins with "~" or at the root';
  return { field: 'private_key', message };
}
