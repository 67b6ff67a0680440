/** What is worth interrupting somebody who listens to the page instead of looking at it. */
import type { StreamMessage } from '../../shared/stream-message.ts';

export interface Announcement {
  /** `assertive`: said at once. `polite`: when there is a pause. */
  readonly urgency: 'assertive' | 'polite';
  readonly text: string;
}

/** Null for what can be looked up when wanted. What had finished long ago is no news. */
export function announcementOf(message: StreamMessage): Announcement | null {
  switch (message.event) {
    case 'problem':
      return { urgency: 'assertive', text: `${message.data.vm}: ${message.data.message}` };
    case 'recovered':
      return { urgency: 'polite', text: `${message.data.vm}: ${message.data.message}` };
    case 'task_complete': {
      const { vm, task_id: task, success, catch_up: isOld } = message.data;
      return isOld
        ? null
        : { urgency: 'polite', text: `${vm}: task ${task} ${success ? 'passed' : 'did not pass'}` };
    }
    default:
      return null;
  }
}
