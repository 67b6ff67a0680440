/** The order of test files. One that takes long must not start last, or one core works alone at the end. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longer than their size says: Vitest starts large files first when it has not measured them yet. */
const longest: readonly string[] = [
  'prober/unresponsive',
  'doctor/breaking',
  'prober/container-fates',
  'prober/podman-scenes',
  'vm/shell-script',
  'prober/hung-processes',
  'desktop/as-a-person',
  'prober/discovery',
  'prober/trouble',
  'prober/run',
  'desktop/beside-others',
  'demo/simulated-vm',
  'doctor/agreement',
  'server/hostile',
  'prober/chaos',
  'prober/connection',
  'doctor/ends',
  'prober/deadlines',
  'azure/monitor',
  'vm/odd-names',
  'prober/clock-steps',
  'prober/podman-user',
  'prober/podman-loop',
  'prober/footprint',
  'cli/hostile-files',
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
