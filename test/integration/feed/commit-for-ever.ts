/** Run by a test, to be killed: takes the folder, commits without end, and says each id once it is committed. */
import { writeSync } from 'node:fs';
import { lockDataFolder, openFeed } from '../../../src/main/engine/feed/index.ts';
import { errorOf, followOf, taskOf } from '../../unit/feed/fixtures.ts';

const [, , dataDir = '', from = '1'] = process.argv;
lockDataFolder(dataDir).announce('http://127.0.0.1:8765');
const feed = openFeed({ dataDir });
feed.subscribe((told) => {
  if (told.kind === 'journal') writeSync(1, `${told.event.id}\n`);
});
for (let number = Number(from); ; number += 1) {
  feed.commit({
    vm: 'vm-a',
    at: Date.now(),
    tasks: [{ record: taskOf(`task ${number}`), tell: true }],
    moments: [errorOf('vm-a', { detail: `task ${number}` })],
    follow: followOf('host:/log', number),
  });
}
