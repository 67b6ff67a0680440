import { describe, expect, it } from 'vitest';
import { isValid } from '../../../../src/main/engine/run/faults/model.ts';
import { taskFaults, type TaskFault } from '../../../../src/shared/stream-words.ts';
import { blindNotValid } from './examples-blind-not-valid.ts';
import { blindOfOthers } from './examples-blind-others.ts';
import { blindOfAgents } from './examples-blind-valid.ts';
import { limitExamples } from './examples-limits.ts';
import { machineExamples } from './examples-machine.ts';
import { modelExamples } from './examples-model.ts';
import { play, verdictOn, type Example } from './play.ts';

const examples = [...modelExamples, ...machineExamples, ...limitExamples];
/** Labelled before the author of the labels had read the rules. */
const blind = [...blindNotValid, ...blindOfAgents, ...blindOfOthers];
const judged = examples.map(judge);
const judgedBlind = blind.map(judge);

describe('a verdict', () => {
  it('has at least 60 examples, each with a name of its own and a source', () => {
    expect(examples.length).toBeGreaterThanOrEqual(60);
    expect(new Set(examples.map(({ name }) => name)).size).toBe(examples.length);
    expect(examples.filter(({ source }) => source === '')).toEqual([]);
  });

  it.each(judged)('is right: $name', ({ fault, found }) => {
    expect(found).toBe(fault);
  });

  it('never blames model, machine or judge where the label does not', () => {
    const wrong = judged.filter(
      ({ fault, found }) => found !== undefined && !isValid(found) && found !== fault,
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('has this precision and recall by class', () => {
    expect(table(judged)).toMatchInlineSnapshot(`
      "                  none  model_apienvironment  evaluator      agent    unknown
      none                34          0          0          0          0          0  precision 1.00 recall 1.00
      model_api            0         26          0          0          0          0  precision 1.00 recall 1.00
      environment          0          0         19          0          0          0  precision 1.00 recall 1.00
      evaluator            0          0          0          6          0          0  precision 1.00 recall 1.00
      agent                0          0          0          0         20          0  precision 1.00 recall 1.00
      unknown              0          0          0          0          0         15  precision 1.00 recall 1.00"
    `);
  });
});

describe('a verdict on an example with a blind label', () => {
  it('has at least 8 examples of each fault, each with a name of its own and a source', () => {
    expect(new Set(blind.map(({ name }) => name)).size).toBe(blind.length);
    expect(blind.filter(({ source }) => source === '')).toEqual([]);
    for (const one of taskFaults)
      expect(blind.filter(({ fault }) => fault === one).length, one).toBeGreaterThanOrEqual(8);
  });

  it('is right, but for these', () => {
    const wrong = judgedBlind.filter(({ fault, found }) => found !== fault);
    expect(wrong.map(({ name, fault, found }) => `${name}: ${fault}, found ${String(found)}`)).toEqual([
      // The text is made up: no source shows what macOSWorld says of a lost connection.
      'macosworld: SSH of the runner lost: environment, found unknown',
    ]);
  });

  it('has this precision and recall by class', () => {
    expect(table(judgedBlind)).toMatchInlineSnapshot(`
      "                  none  model_apienvironment  evaluator      agent    unknown
      none                24          0          0          0          0          0  precision 1.00 recall 1.00
      model_api            0         13          0          0          0          0  precision 1.00 recall 1.00
      environment          0          0         13          0          0          1  precision 1.00 recall 0.93
      evaluator            0          0          0         11          0          0  precision 1.00 recall 1.00
      agent                0          0          0          0         10          0  precision 1.00 recall 1.00
      unknown              0          0          0          0          0          9  precision 0.90 recall 1.00"
    `);
  });
});

function judge(example: Example) {
  return { ...example, found: verdictOn(play(example.log), example.task).fault };
}

interface Judged {
  readonly fault: TaskFault;
  readonly found: TaskFault | undefined;
}

/** Rows: what the label says. Columns: what was found. */
function table(all: readonly Judged[]): string {
  const count = (label: TaskFault, found: TaskFault) =>
    all.filter((one) => one.fault === label && one.found === found).length;
  const share = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(2));
  const rows = taskFaults.map((label) => {
    const right = count(label, label);
    const labelled = all.filter(({ fault }) => fault === label).length;
    const named = all.filter(({ found }) => found === label).length;
    const cells = taskFaults.map((found) => String(count(label, found)).padStart(11));
    return `${label.padEnd(11)}${cells.join('')}  precision ${share(right, named)} recall ${share(right, labelled)}`;
  });
  return [`${''.padEnd(11)}${taskFaults.map((name) => name.padStart(11)).join('')}`, ...rows].join('\n');
}
