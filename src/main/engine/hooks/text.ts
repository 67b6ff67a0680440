/** What happened, in one sentence for a person who reads it on a phone. */
import { scoresText } from '../../../shared/score-text.ts';
import { formatDuration, plural, sentence } from '../../../shared/wording.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';
import type { TaskCompletePayload } from '../../../shared/stream.ts';
import type { JournalEvent } from '../feed/index.ts';
import type { RunEndPayload } from './model.ts';

/** Well below what ntfy takes as a message (4,096 bytes, docs.ntfy.sh/publish), whatever the characters. */
const longestText = 1000;

export function eventText(event: JournalEvent): string {
  const { vm } = event;
  switch (event.type) {
    case 'error':
      return oneLine(`${vm}: ${event.data.message}`);
    case 'recovered':
      return oneLine(
        `${vm}: ${sentence(event.data.message)} It took ${formatDuration(event.data.lasted_seconds)}.`,
      );
    case 'task_complete':
      return oneLine(`${vm}: ${taskText(event.data)}.`);
  }
}

export function runEndText(run: RunEndPayload): string {
  const done =
    run.total_tasks > 0
      ? `${run.tasks_completed} of ${plural(run.total_tasks, 'task')} done`
      : `${plural(run.tasks_completed, 'task')} done`;
  const scores = scoresText(run) ?? 'No task was scored';
  return oneLine(`${run.vm}: the run ${endWords[run.state]}, ${done}. ${scores}.`);
}

const endWords: Readonly<Record<RunEndPayload['state'], string>> = {
  running: 'is on',
  stalled: 'has stalled',
  finished: 'has finished',
  crashed: 'has crashed',
  interrupted: 'was interrupted',
};

function taskText({ task_id: id, domain, outcome, success, score }: TaskCompletePayload): string {
  const task = domain === null ? id : `${domain}/${id}`;
  switch (outcome) {
    case 'scored':
      return `${task} ${success ? 'passed' : 'failed'}${score === null ? '' : ` (score ${score})`}`;
    case 'exception':
      return `${task} ended with an exception`;
    case 'lost':
      return `${task} was lost`;
    case 'interrupted':
      return `${task} was interrupted`;
  }
}

function oneLine(text: string): string {
  return cutText(plainText(text), longestText);
}
