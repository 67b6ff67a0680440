import { expect, it } from 'vitest';
import { benchmarkOf } from '../../../src/main/engine/run/benchmark.ts';

const waaId = '0e763496-b6bb-4508-a427-fad0b6c3e195-WOS';
const uuid = '0e763496-b6bb-4508-a427-fad0b6c3e195';

it.each([
  ['waa', null, null, 'waa'],
  ['osworld', waaId, 'chrome', 'osworld'],
  ['coact', null, null, 'osworld'],
  ['android_world', null, null, 'android_world'],
  ['macosworld', null, null, 'macosworld'],
  ['terminal-bench', 'hello-world', null, 'terminal-bench'],
  ['harbor', 'hello-world', 'terminal-bench@2.0', 'terminal-bench@2.0'],
  ['openadapt', waaId, 'notepad', 'waa'],
  ['results', '91A30BE9-0E11-4374-8D43-41D4D097080A-WOS-2', 'clock', 'waa'],
  ['results', uuid, 'multi_apps', 'osworld'],
  ['results', uuid, 'my_domain', null],
  ['results', uuid, null, null],
  ['ev_runner', 'notepad_1', 'notepad', null],
  ['results', null, null, null],
])('the benchmark of a run of %s with task %s in %s is %s', (dialect, taskId, domain, benchmark) => {
  const tasks = taskId === null ? null : { taskId, domain, onlyDomain: domain };
  expect(benchmarkOf(dialect, tasks)).toBe(benchmark);
});

it('is not known for a Harbor job of several data sets', () => {
  expect(benchmarkOf('harbor', { taskId: 't', domain: 'one', onlyDomain: null })).toBeNull();
});
