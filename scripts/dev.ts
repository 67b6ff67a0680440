/** `npm run dev`: the simulated VM, watched and served, and the page beside it; both are made anew with every change of the sources. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createServer } from 'vite';

const root = join(import.meta.dirname, '..');
const backend = spawn(
  process.execPath,
  ['--watch', join(root, 'src/main/cli/index.ts'), 'demo', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);

const page = await createServer({
  configFile: join(root, 'vite.config.ts'),
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8765' } },
});
await page.listen();
page.printUrls();

process.once('SIGINT', () => backend.kill('SIGINT'));
process.once('SIGTERM', () => backend.kill('SIGTERM'));
await once(backend, 'exit');
await page.close();
