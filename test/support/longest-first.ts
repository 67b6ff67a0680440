/** The order of test files. One that takes long must not start last, or one core works alone at the end. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longer than their size says: Vitest starts large files first when it has not measured them yet. */
const longest: readonly string[] = [
  'prober/unresponsive',
  'prober/unanswered',
  'prober/pools',
  'prober/container-fates',
  'doctor/breaking',
  'server/external',
  'prober/trouble',
  'vm/odd-names',
  'prober/podman-scenes',
  'prober/discovery',
  'cli/hostile-files',
  'prober/run',
  'prober/hung-processes',
  'prober/podman-user',
  'desktop/as-a-person',
  'prober/podman-loop',
  'prober/printed-runs',
  'doctor/agreement',
  'prober/deadlines',
  'vm/shell-script',
  'desktop/beside-others',
  'demo/simulated-vm',
  'server/hostile',
  'prober/chaos',
  'prober/connection',
  'doctor/ends',
  'azure/monitor',
  'prober/clock-steps',
  'prober/footprint',
  'prober/survival',
  'feed/killed',
  'prober/silence',
  'packaging/package',
].map((name) => `test/integration/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = longest.indexOf(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
