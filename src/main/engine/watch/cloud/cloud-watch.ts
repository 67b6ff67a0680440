/** Asks Azure about the VM of one configuration, and puts what it says into the picture. */
import { pricePerHour, watchAzureVm, type Azure, type AzureFacts } from '../../azure/index.ts';
import type { Logger } from '../../common/app-log.ts';
import type { VmConfig } from '../../config/index.ts';
import type { Picture } from '../picture.ts';
import type { CloudSight, Sight } from '../sight.ts';

export interface CloudWatch {
  /** The VM was lost: what Azure knows is likely to be another by now. */
  hurry(): void;
  close(): void;
}

export interface CloudWatchOptions {
  readonly config: VmConfig;
  readonly azure: Azure;
  readonly picture: Picture;
  readonly log: Logger;
  readonly monotonicMs: () => number;
  /** Called with each answer. @returns what else is to be put into the picture, at once with it */
  readonly onFacts: (facts: AzureFacts) => Partial<Sight> | null;
  /** See `watchAzureVm`. */
  readonly fastestMs?: number;
}

/** What there is to say before Azure has said anything; null where it is not to be asked. */
export function unaskedCloud({ azure, ssh, pricePerHour: perHourUsd }: VmConfig): CloudSight | null {
  if (azure === null) return null;
  const { subscriptionId, resourceGroup, vmName } = azure;
  return {
    ...{ subscriptionId, resourceGroup, vmName, isAddressWanted: ssh.host === null },
    ...{ facts: null, problem: null, misses: 0, perHourUsd },
  };
}

/** Null where Azure is not to be asked. */
export function watchCloud(options: CloudWatchOptions): CloudWatch | null {
  const { config, picture, monotonicMs } = options;
  const { azure: vm } = config;
  const { cloud: unasked } = picture.sight;
  if (vm === null || unasked === null) return null;
  let cloud = unasked;
  return watchAzureVm({
    ...{ azure: options.azure, vm, monotonicMs, log: options.log },
    ...(options.fastestMs === undefined ? {} : { fastestMs: options.fastestMs }),
    isWaitedFor: () => picture.sight.ssh.kind !== 'up',
    onFacts(facts) {
      // The table knows no spot prices, which change by the day.
      const listed = facts.isSpot === true ? null : pricePerHour(facts.size);
      cloud = { ...cloud, facts, problem: null, misses: 0, perHourUsd: config.pricePerHour ?? listed };
      // Half of it would be a contradiction: a VM that is off, at an address.
      picture.learn({ cloud, ...options.onFacts(facts) });
    },
    onProblem(problem) {
      cloud = { ...cloud, problem, misses: cloud.misses + 1 };
      picture.learn({ cloud });
    },
  });
}
