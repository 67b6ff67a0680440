/** Lists all sources of facts about one VM. Add a new source here. */
import { CloudSource, type CloudOptions } from './cloud/cloud-source.ts';
import { SpendingSource } from './cloud/spending.ts';
import { KeepSource, type KeepOptions } from './keep/keep-source.ts';
import { Hearing } from './link/hearing.ts';
import { LinkSource, type LinkOptions } from './link/link-source.ts';
import { LogSource } from './log/log-source.ts';
import { LookSource, type LookOptions } from './looks/look-source.ts';
import { StartSource } from './looks/start-source.ts';
import { ResultSource } from './results/result-source.ts';
import { StepSource } from './results/step-source.ts';
import type { Source, WatchTools } from './source.ts';

export type SourceOptions = WatchTools & LinkOptions & LookOptions & CloudOptions & KeepOptions;

/** Returns the sources in the order in which the store calls them and in which they end: the log before its connection. */
export function createSources(options: SourceOptions): readonly Source[] {
  return [
    new LogSource(options),
    new ResultSource(options),
    new StepSource(options),
    new KeepSource(options),
    new LookSource(options),
    new StartSource(options),
    new SpendingSource(options),
    new Hearing(options),
    new CloudSource(options),
    new LinkSource(options),
  ];
}
