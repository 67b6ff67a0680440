/** `npm run docs`: writes what is made from the source into the README. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTroubleshooting } from './readme.ts';

const path = join(import.meta.dirname, '..', 'README.md');
writeFileSync(path, withTroubleshooting(readFileSync(path, 'utf8')));
