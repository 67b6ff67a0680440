import { z } from 'zod';
import type { Shown } from './schema-parts.ts';

export const backgroundTaskSchema = z
  .object({
    task_id: z.string(),
    task_type: z.enum(['vm_provision', 'docker_container', 'benchmark_run']),
    status: z.enum(['running', 'completed', 'failed', 'pending']),
    phase: z.string(),
    title: z.string(),
    description: z.string(),
    progress_percent: z.number().min(0).max(100).nullable().describe('Null where it is not known.'),
    elapsed_seconds: z.number().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .describe('One thing that goes on in the background: the preparing of a VM, its container, or a run.');

export type BackgroundTask = Shown<typeof backgroundTaskSchema>;
