import { homedir } from 'node:os';
import envPaths from 'env-paths';

/** Where this platform keeps what belongs to one user. Given as a value so that tests can put folders of their own there. */
export interface PlatformDirs {
  readonly config: string;
  readonly data: string;
  readonly home: string;
}

/** The folders of the user who runs this. */
export function platformDirs(): PlatformDirs {
  const { config, data } = envPaths('benchtray', { suffix: '' });
  return { config, data, home: homedir() };
}
