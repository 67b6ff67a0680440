/** Run by a test, to be killed: takes the folder, commits without end, and says each number once it is committed. */
import { writeSync } from 'node:fs';
import { lockDataFolder, openFeed } from '../../../src/main/feed/index.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';

const [, , dataDir = ''] = process.argv;
lockDataFolder(dataDir).announce('http://127.0.0.1:8765');
const feed = openFeed({ dataDir });
feed.subscribe((told) => {
  if (told.kind === 'journal') writeSync(1, `${told.event.id}\n`);
});
for (let number = 1; ; number += 1) {
  feed.commit({ vm: 'vm-a', at: number, moments: [errorOf('vm-a', { detail: `number ${number}` })] });
}
