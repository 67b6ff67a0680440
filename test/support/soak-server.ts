/** Run by the soak test, to be killed: serves a journal that grows without end. Arguments: data folder, port. Ends growing on SIGUSR2. */
import { errorOf } from '../unit/feed/fixtures.ts';
import { openFeed, startServer } from './built.ts';

const [, , dataDir = '', port = '0'] = process.argv;
const feed = openFeed({ dataDir });
const server = await startServer({
  feed,
  vms: () => [{ name: 'vm-a', address: null }],
  backgroundTasks: () => [],
  names: [],
  allowedOrigins: [],
  maxConnections: 1000,
  version: '0.0.0',
  assetsDir: null,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  onDemand: () => undefined,
  port: Number(port),
});

/** Some events are alone, some come in bursts, some are big. */
function grow(): void {
  const count = Math.random() < 0.1 ? 40 : 1;
  const detail = 'x'.repeat(Math.random() < 0.05 ? 60_000 : 50);
  const moments = Array.from({ length: count }, () => errorOf('vm-a', { detail }));
  feed.commit({ vm: 'vm-a', at: Date.now(), moments });
  timer = setTimeout(grow, Math.random() * 20);
}
let timer = setTimeout(grow, 0);
process.on('SIGUSR2', () => {
  clearTimeout(timer);
  process.stdout.write(`head ${feed.idOf(feed.head())}\n`);
});
process.stdout.write(`listening on ${server.url}\njournal ${feed.journalId}\n`);
