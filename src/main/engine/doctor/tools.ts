/** The connections of the doctor to a VM and its cloud. */
import type { Azure } from '../azure/index.ts';
import type { ConnectTools, SshPlaces } from '../vm/index.ts';

export interface DoctorTools {
  readonly ssh: ConnectTools;
  readonly places: SshPlaces;
  readonly azure: Pick<Azure, 'look'>;
  readonly platform: NodeJS.Platform;
  readonly now: () => number;
}
