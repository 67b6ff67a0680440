import { existsSync } from 'node:fs';
import { dataFolderTooOpen, tlsKeyTooOpen } from '../../files/index.ts';
import { ownKey } from '../commands.ts';
import { passed, remedy, warned, type Configuration, type HouseCheck } from '../model.ts';

interface About {
  readonly path: string;
}

const openFolder = remedy<About>({
  when: 'others may write into the data folder',
  advice: 'They could replace the API keys, the known hosts and the journal. Keep the folder to yourself:',
  command: ({ path }, { line }) => line`chmod 700 ${path}`,
  example: { path: '/home/ann/.local/share/benchtray' },
});
const openKey = remedy<About>({
  when: 'others may read or change the TLS key',
  advice: 'Whoever copies it can pass for this BenchTray. Keep it to yourself:',
  command: ({ path }, terminal) => ownKey(terminal, path),
  example: { path: '/home/ann/tls/key.pem' },
});

export const privateFiles: HouseCheck = {
  scope: 'house',
  name: 'private_files',
  title: 'Private files',
  why: 'API keys, TLS key and journal are for this user only.',
  needs: [],
  limitSeconds: 5,
  remedies: [openFolder, openKey],
  look({ configuration, dataDir }) {
    const folderMode = dataFolderTooOpen(dataDir);
    if (folderMode !== null) {
      const found = `Others may write into the data folder ${dataDir} (its mode is ${folderMode.toString(8)}).`;
      return Promise.resolve(warned(found, openFolder, { path: dataDir }));
    }
    const key = tlsKeyOf(configuration);
    const keyMode = key === null ? null : tlsKeyTooOpen(key);
    if (key !== null && keyMode !== null) {
      const found = `Others may read or change the TLS key ${key} (its mode is ${keyMode.toString(8)}).`;
      return Promise.resolve(warned(found, openKey, { path: key }));
    }
    const folder = existsSync(dataDir)
      ? `Only this user can change ${dataDir}`
      : `The data folder ${dataDir} will be for this user only`;
    const found = key === null ? `${folder}.` : `${folder}. The TLS key ${key} is kept from others.`;
    return Promise.resolve(passed(found));
  },
};

function tlsKeyOf(configuration: Configuration): string | null {
  const tls = configuration.ok ? configuration.config.server.external?.tls : undefined;
  return tls === undefined || tls === 'terminated-elsewhere' ? null : tls.key;
}
