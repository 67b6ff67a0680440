import { createLogUpdate } from 'log-update';
import type { DoctorCheck, DoctorSummary } from '../../../shared/doctor.ts';
import { terminalTexts } from '../../../shared/terminal-text.ts';
import { paintFor, sayPainted, type CliIo } from '../io.ts';
import { checkLines, runningLine, summaryLine } from './lines.ts';

/** Shows what the doctor says: in the order of its table, each check when it and all before it are through. */
export interface DoctorScreen {
  check(check: DoctorCheck): void;
  end(summary: DoctorSummary): void;
  close(): void;
}

/** On a terminal, the last line tells what is being looked at. */
export function doctorScreen({ stdout, env }: CliIo): DoctorScreen {
  const paint = paintFor(env, stdout);
  const live = stdout.isTTY === true ? createLogUpdate(stdout as NodeJS.WritableStream) : null;
  const columns = live === null ? null : (stdout.columns ?? 80);
  const all = new Map<string, DoctorCheck>();
  let shown = 0;
  let heading: string | null = null;

  const print = (line: string): void => {
    if (live === null) sayPainted(stdout, line);
    else live.persist(line);
  };

  function show(): void {
    const checks = [...all.values()];
    for (let next = checks[shown]; next !== undefined && isOver(next); next = checks[shown]) {
      shown += 1;
      if (next.vm !== heading) {
        heading = next.vm;
        print('');
        print(paint.bold(next.vm ?? ''));
      }
      for (const line of checkLines(next, columns, paint)) print(line);
    }
    live?.(runningLine(checks, paint));
  }

  return {
    check(raw) {
      const check = terminalTexts(raw);
      // In the order of the table: all of them come as waiting first.
      all.set(`${check.check} ${check.vm ?? ''}`, check);
      if (check.state !== 'waiting') show();
    },
    end(summary) {
      live?.clear();
      print('');
      print(summaryLine(summary, paint));
    },
    close: () => live?.done(),
  };
}

function isOver({ state }: DoctorCheck): boolean {
  return state !== 'waiting' && state !== 'running';
}
