/** Why files of an attempt are not kept: the words in the index, and what they mean for a person. */

const sentences = {
  room: 'BenchTray removed the kept screenshots of this task, to stay within "history.maxMegabytes".',
  'text-room': 'BenchTray removed the kept files of this task, to stay within "history.maxMegabytes".',
  'no-room':
    'BenchTray did not copy this task: its run is older than all that fits into "history.maxMegabytes".',
  setting: 'BenchTray did not copy the screenshots of this task, because of "history.screenshots".',
  absent: 'BenchTray did not copy this task: the VM had no files of it.',
  rewritten: 'BenchTray did not copy this task: it ran again first, and that replaced its files.',
  'no-tar': 'BenchTray did not copy this task: neither the VM nor the container has the program tar.',
  failed: 'BenchTray did not copy this task: the VM did not send its files, several times.',
  unreached: 'BenchTray did not copy this task: its files could not be reached for a week.',
} as const;

export type WhyMissing = keyof typeof sentences;

/** Returns the sentence for a word of the index. A later version may have written other words. */
export function whyText(why: string): string {
  return Object.hasOwn(sentences, why)
    ? sentences[why as WhyMissing]
    : 'BenchTray does not have the files of this task.';
}
