/** What the doctor says: the payloads of `GET /api/doctor`, of `benchtray doctor --json`, and of the test of a set-up. */
import { z } from 'zod';
import { count, type Shown } from './schema-parts.ts';

export const checkStates = ['waiting', 'running', 'passed', 'warned', 'failed', 'skipped'] as const;

export const doctorCheckSchema = z
  .object({
    check: z.string().describe('Name of the check, such as "ssh_login".'),
    vm: z
      .string()
      .nullable()
      .describe('The VM that it is about; null for this machine and BenchTray itself.'),
    title: z.string().describe('What is looked at, for a person.'),
    state: z
      .enum(checkStates)
      .describe('`warned`: it works, and something about it should be known. `skipped`: `found` says why.'),
    found: z.string().nullable().describe('What was found; null before the end of the check.'),
    why: z.string().describe('Why it matters.'),
    advice: z.string().nullable().describe('What to do about it; null where there is nothing to do.'),
    command: z
      .string()
      .nullable()
      .describe("The exact command, for this person's platform, where there is one."),
    took_ms: z.number().nullable().describe('Milliseconds; null before the end of the check.'),
  })
  .describe('One check of the doctor, as it stands.');

export const doctorSummarySchema = z
  .object({
    ok: z.boolean().describe('No check failed.'),
    passed: count,
    warned: count,
    failed: count,
    skipped: count,
  })
  .describe('How the checks came out, all in all.');

export type CheckState = (typeof checkStates)[number];
export type DoctorCheck = Shown<typeof doctorCheckSchema>;
export type DoctorSummary = Shown<typeof doctorSummarySchema>;
