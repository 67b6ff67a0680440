/** Builds the page before the tests, so that they see the sources as they are. */
import { createBuilder } from 'vite';

// eslint-disable-next-line import-x/no-default-export -- Playwright takes its set-up from there
export default async function buildPage(): Promise<void> {
  const builder = await createBuilder({ configFile: 'vite.config.ts', logLevel: 'warn' });
  const { client } = builder.environments;
  if (client === undefined) throw new Error('vite.config.ts has no environment "client"');
  await builder.build(client);
}
