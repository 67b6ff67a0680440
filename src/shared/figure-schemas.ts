/** What is known of a run in figures, and whose fault the end of a task is, as the stream and the answers say it. Fields may be added. */
import { z } from 'zod';
import { count } from './schema-parts.ts';
import { taskFaults } from './stream-words.ts';

/** The figures that runs are compared by, for a run, a domain or a pool. */
export const scoreFigureFields = {
  tasks_scored: count.describe('Tasks that have a score: the n of `mean_score` and `pass_rate`.'),
  mean_score: z
    .number()
    .nullable()
    .describe('Mean score over the scored tasks, 0..1; null while there are none.'),
  pass_rate: z
    .number()
    .nullable()
    .describe('Share of the scored tasks that passed, 0..1; null while there are none.'),
};
/** Whose faults the ends of the tasks of a run are, and what its score is without the tasks that say nothing about its agent. */
export const faultFigureFields = {
  faults: z
    .object({
      agent: count.describe("The agent's own code raised."),
      model_api: count.describe("The model's service failed."),
      environment: count.describe('The VM, the container, Windows or its server failed.'),
      evaluator: count.describe("The benchmark's own judge failed."),
      unknown: count.describe('Something failed, and the log does not say what.'),
    })
    .nullable()
    .describe('Tasks by fault. Null: some of them were recorded by a version that found no faults.'),
  valid_tasks: count
    .nullable()
    .describe(
      'Tasks that ended without a fault of `model_api`, `environment` or `evaluator`. Null like `faults`.',
    ),
  score_valid: z
    .number()
    .nullable()
    .describe('Mean score over the valid tasks that have a score, 0..1. Null without any, or like `faults`.'),
};

/** Whose fault the end of an attempt is. */
export const taskFaultSchema = z
  .enum(taskFaults)
  .describe(
    'Whose fault the end is. `none`: it passed, or failed by what the agent did. `unknown`: the log does not say.',
  );
export const faultEvidenceSchema = z
  .object({
    rule: z.string().describe('The rule that found the fault.'),
    text: z.string().describe('The line that shows it, without secrets and at most 300 characters.'),
    log: z
      .object({
        start: z.string().nullable().describe('Id of the start of the run that wrote the line.'),
        offset: z
          .int()
          .describe(
            'Bytes from the first byte of that start. If a run has one start, this is the place in `/api/runs/{id}/log`.',
          ),
      })
      .nullable()
      .describe('Where the line is. Null: the text is from a result file.'),
  })
  .describe('What shows whose fault the end is.');

export const meanScoreAlias = z.number().nullable().describe('The older name of `mean_score`.');
