/** Why files of an attempt are not kept: the words in the index, and what they mean for a person. */

const sentences = {
  room: 'BenchTray removed the kept screenshots of this task, to stay within "history.maxMegabytes".',
  'text-room': 'BenchTray removed the kept files of this task, to stay within "history.maxMegabytes".',
  'no-room':
    'BenchTray did not copy this task: its run is older than all that fits into "history.maxMegabytes".',
  setting: 'BenchTray did not copy the screenshots of this task, because of "history.screenshots".',
  absent: 'BenchTray did not copy this task: the VM had no files of it.',
  rewritten: 'BenchTray did not copy this task: it ran again first, and that replaced its files.',
  'no-tar':
    'BenchTray did not copy this task: the VM has no program tar, and neither SFTP nor the container engine sends its files.',
  failed: 'BenchTray did not copy this task: the VM did not send its files, several times.',
  unreached: 'BenchTray did not copy this task: its files could not be reached for a week.',
  changed:
    'Files of this task were written to while BenchTray copied them: they may be a mixture of old and new.',
  'large-task': 'BenchTray copied only the first files of this task: together, they have more than 256 MiB.',
  'large-file':
    'BenchTray left out files of this task that are too large: screenshots over 8 MiB, or texts over 64 MiB.',
  'no-image':
    'BenchTray left out files of this task that are no PNG or JPEG, or state more pixels than any screen has.',
} as const;

export type WhyMissing = keyof typeof sentences;

/** Returns what the index says of several reasons; null: there is none. */
export function whyWords(reasons: Iterable<WhyMissing>): string | null {
  return [...reasons].join(' ') || null;
}

/** Returns the sentences for words of the index. A later version may have written other words. */
export function whyText(words: string): string {
  return words
    .split(' ')
    .map((word) =>
      Object.hasOwn(sentences, word)
        ? sentences[word as WhyMissing]
        : 'BenchTray does not have all files of this task.',
    )
    .join(' ');
}
