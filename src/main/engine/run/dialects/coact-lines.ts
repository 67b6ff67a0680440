/** Reads one line that CoAct prints. Its agents may print anything between these lines. */

export type CoActLine =
  /** `Results already exist in os/5ea6…, result: 1.0` */
  | { readonly says: 'done_before' }
  /** `No tasks to process. All tasks have already been completed.` */
  | { readonly says: 'nothing_left' }
  /** `Processing 2 tasks with 2 workers...` */
  | { readonly says: 'begin'; readonly tasks: number }
  /** `Score: 1.0` */
  | { readonly says: 'score' }
  /** `Error processing task chrome/bb5e…` */
  | { readonly says: 'raised'; readonly domain: string; readonly taskId: string }
  /** `=== Task Processing Complete ===` */
  | { readonly says: 'complete' }
  /** `chrome: 1 tasks, average score: 0.00` */
  | { readonly says: 'average' }
  /** `orchestrator_proxy (to orchestrator):` above what it says. `isOurs`: no other program has these two. */
  | { readonly says: 'message'; readonly isOurs: boolean }
  /** 80 dashes below it */
  | { readonly says: 'message_end' };

const dashes = '-'.repeat(80);

/** Returns what the line means; null: nothing. */
export function parseCoActLine(text: string): CoActLine | null {
  switch (text[0]) {
    case 'P': {
      const tasks = /^Processing (\d{1,6}) tasks with \d{1,6} workers\.\.\.$/.exec(text)?.[1];
      if (tasks !== undefined) return { says: 'begin', tasks: Number(tasks) };
      break;
    }
    case 'R':
      if (/^Results already exist in [^/\s]+\/\S+, result: /.test(text)) return { says: 'done_before' };
      break;
    case 'N':
      if (text.startsWith('No tasks to process. All tasks have ')) return { says: 'nothing_left' };
      break;
    case 'S':
      if (/^Score: (?:-?\d[\d.]*(?:e-?\d+)?|True|False|nan)$/.test(text)) return { says: 'score' };
      break;
    case 'E': {
      const [, domain, taskId] = /^Error processing task ([^/\s]+)\/(\S+)$/.exec(text) ?? [];
      if (domain !== undefined && taskId !== undefined) return { says: 'raised', domain, taskId };
      break;
    }
    case '=':
      return text === '=== Task Processing Complete ===' ? { says: 'complete' } : null;
    case '-':
      return text === dashes ? { says: 'message_end' } : null;
  }
  if (text.endsWith('):')) {
    const [, sender, recipient] = /^(\S{1,100}) \(to (\S{1,100})\):$/.exec(text) ?? [];
    const isOurs = [sender, recipient].sort().join() === 'orchestrator,orchestrator_proxy';
    return sender === undefined ? null : { says: 'message', isOurs };
  }
  const isAverage =
    text.includes(' tasks, average score: ') && /^\S+: \d+ tasks, average score: [\d.]+%?$/.test(text);
  return isAverage ? { says: 'average' } : null;
}
