/** The figures of the pages as a table for a person. */
import { comparedRow, tableLines, type Goal, type Row } from '../table.ts';
import type { PagesResult, SizeFigures } from './pages.ts';
import { pageNames, type PageName } from './scenes.ts';

const notes = [
  'Content: the frame in which all that the page shows of its data is painted. Ready: no task of more than 50 ms runs any more. Both in a',
  '  browser that has never seen the page. Change: from a page without data, in a tab that is open. Medians, where nothing else is said.',
  'Frames come 16.7 ms apart at best. Each one scrolls 5 lines further; a blank one shows a place whose lines are still to be read.',
  'A search begins when nobody has typed for 250 ms. Memory is after a garbage collection.',
];

export function renderPages({ repetitions, sizes: { small, large } }: PagesResult): string {
  const compared = (
    name: string,
    unit: string,
    of: (size: SizeFigures) => number,
    most: number | null = null,
  ): Row => comparedRow(name, unit, [of(large), of(small)], () => atMost(most, of(large)));
  const size = (name: string, of: (journal: SizeFigures['journal']) => number): string =>
    `${of(large.journal).toLocaleString('en-US')} ${name} (${of(small.journal).toLocaleString('en-US')})`;
  const pageRows = (name: PageName): readonly Row[] => [
    [name],
    compared('  opened → first paint', 'ms', ({ pages }) => pages[name].firstPaintMs, 1000),
    compared('  opened → content', 'ms', ({ pages }) => pages[name].contentMs, 1000),
    compared('  opened → ready', 'ms', ({ pages }) => pages[name].readyMs),
    compared('  key → list of keys', 'ms', ({ pages }) => pages[name].keyMs, 100),
    compared('  change to this page', 'ms', ({ pages }) => pages[name].changeMs, 100),
    compared('  the same, slowest', 'ms', ({ pages }) => pages[name].slowestChangeMs),
    compared('  the same, CPU of the browser', 'ms', ({ pages }) => pages[name].changeCpuMs, 100),
    compared('  longest task of a change', 'ms', ({ pages }) => pages[name].longestTaskMs),
    ...large.pages[name].answers.flatMap(({ path, ms, cpuMs, kilobytes }) => {
      const same = small.pages[name].answers.find((answer) => answer.path === path);
      return [
        comparedRow(`  ${path}, ${kilobytes.toFixed(0)} kB`, 'ms', [ms, same?.ms ?? Number.NaN]),
        comparedRow('    CPU of the server', 'ms', [cpuMs, same?.cpuMs ?? Number.NaN]),
      ];
    }),
  ];
  const lastRound = ({ memory }: SizeFigures) => memory.rounds.at(-1) ?? memory.first;
  const firstRound = ({ memory }: SizeFigures) => memory.rounds[0] ?? memory.first;
  const rows: Row[] = [
    ['', '', 'large', 'small', 'ratio', 'aim', ''],
    ...pageNames.flatMap(pageRows),
    ['The long log'],
    compared('  scrolling, frame, p50', 'ms', ({ log }) => log.frameP50Ms, 17),
    compared('  scrolling, frame, p95', 'ms', ({ log }) => log.frameP95Ms, 20),
    compared('  scrolling, longest frame', 'ms', ({ log }) => log.longestFrameMs),
    compared('  scrolling, longest task', 'ms', ({ log }) => log.longestTaskMs),
    compared('  scrolling, blank frames of 300', '', ({ log }) => log.blankFrames),
    compared('  jump far → lines', 'ms', ({ log }) => log.jumpMs),
    compared('  search of all of it → lines found', 'ms', ({ log }) => log.searchMs),
    compared('  longest frame of a search', 'ms', ({ log }) => log.longestSearchFrameMs),
    compared(`  ${large.log.searchAnswer.path}`, 'ms', ({ log }) => log.searchAnswer.ms),
    compared('    CPU of the server', 'ms', ({ log }) => log.searchAnswer.cpuMs),
    ['Memory of a tab'],
    compared('  heap, Now alone', 'MiB', ({ memory }) => memory.first.heapMib),
    compared('  heap, after all pages', 'MiB', (one) => firstRound(one).heapMib),
    compared('  heap, after all pages three times', 'MiB', (one) => lastRound(one).heapMib),
    compared('  elements, after all pages', '', (one) => firstRound(one).nodes),
    compared('  elements, after all pages three times', '', (one) => lastRound(one).nodes),
    compared('  resident, after all pages three times', 'MiB', (one) => lastRound(one).residentMib),
  ];
  return [
    `The pages, ${repetitions} times each, on a large journal (and a small one): ${[
      size('runs', ({ runs }) => runs),
      size('tasks', ({ tasks }) => tasks),
      size('lines of the log', ({ logLines }) => logLines),
      size('MB', ({ logMegabytes }) => Math.round(logMegabytes)),
      size('screenshots', ({ screenshots }) => screenshots),
    ].join(', ')}.`,
    ...tableLines(rows),
    '',
    ...notes,
    '',
  ].join('\n');
}

const atMost = (most: number | null, value: number): Goal =>
  most === null ? null : { text: `≤ ${most}`, isMet: value <= most };
