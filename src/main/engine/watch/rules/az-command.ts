/** What a person runs to change a VM in Azure: BenchTray itself never does. */
import { terminalOf } from '../../common/terminal.ts';
import type { CloudSight } from '../sight.ts';

/** For the person's own shell; null: a name cannot be written safely there. */
export function azVmCommand(verb: 'start' | 'deallocate', cloud: CloudSight): string | null {
  const { line } = terminalOf(process.platform);
  const { subscriptionId, resourceGroup, vmName } = cloud;
  return line`az vm ${verb} --subscription ${subscriptionId} -g ${resourceGroup} -n ${vmName}`;
}
