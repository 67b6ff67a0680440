import { askForBenchTray, lookAtPort } from '../../server/index.ts';
import { failed, passed, remedy, type HouseCheck } from '../model.ts';

const taken = remedy<{ readonly port: number }>({
  when: 'another program has the port',
  advice: 'Stop that program, or take another port, by `--port` or `"server": { "port": … }`.',
  command: ({ port }, { line }) => line`benchtray serve --port ${port === 65_535 ? 0 : port + 1}`,
  example: { port: 8765 },
});

export const port: HouseCheck = {
  scope: 'house',
  name: 'port',
  title: 'Port',
  why: "All clients come to this port: it must be free, or BenchTray's own.",
  needs: ['configuration'],
  limitSeconds: 10,
  remedies: [taken],
  async look({ configuration, ownUrl }) {
    if (ownUrl !== null) return passed(`This BenchTray listens at ${ownUrl}.`);
    const wanted = configuration.ok ? configuration.config.server.port : 0;
    if (wanted === 0) return passed('Any free port is taken ("server.port" is 0).');
    const version = await askForBenchTray(`http://127.0.0.1:${wanted}`);
    if (version !== null) return passed(`BenchTray ${version} has port ${wanted}.`);
    const looked = await lookAtPort(wanted);
    return looked === null ? passed(`Port ${wanted} is free.`) : failed(looked, taken, { port: wanted });
  },
};
