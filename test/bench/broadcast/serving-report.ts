/** The figures of serving as a table for a person. */
import { comparedRow, numberText, tableLines, type Goal, type Row } from '../table.ts';
import type { DeadReaders } from './dead-readers.ts';
import { manners, type Delivered, type DeliveryResult, type Manner } from './delivery.ts';
import type { Replay } from './replay.ts';
import type { ByServer } from './servers.ts';
import type { Serving } from './serving.ts';

const titles: Readonly<Record<Manner, string>> = {
  paced: 'paced, 10 events/s',
  burst: 'burst of 1,000, one by one',
  'catch-up': 'burst of 1,000, by hundreds',
};

export function renderServing({ delivery, deadReaders, replay }: Serving): string {
  const rows: Row[] = [
    ['', '', 'BenchTray', 'plain', 'ratio', 'aim', ''],
    ...(delivery === null ? [] : deliveryRows(delivery)),
    ...(deadReaders === null ? [] : deadReaderRows(deadReaders)),
    ...(replay === null ? [] : replayRows(replay)),
  ];
  return `${[...tableLines(rows), '', ...notes].join('\n')}\n`;
}

const notes = [
  'Plain: node:http, each event written out once, one write for each client; no journal, no limits. Each server and all its clients are',
  '  a process each; both servers get the same clients (raw sockets) and send the same bytes, by turns. Medians over the repetitions.',
  'Not comparable: BenchTray commits each event to its journal on disk before it is told (one commit for each event, one for each hundred',
  '  in the burst by hundreds); the times from publishing to receiving contain that. "Publishing" is what it takes until the server is back:',
  '  to BenchTray the journal, to the plain broadcaster the writing.',
  'Publishing ends of tasks is compared with a plain journal: a file of SQLite with one table, no index, one row of JSON for each event.',
  '  BenchTray writes the event, its index by VM, and the task with its key and columns.',
  'In a burst, each event (or hundred) is published in a turn of the event loop of its own, as fast as the loop goes round. BenchTray puts',
  '  together what comes while it sends: more events a second, and each on average later than the first of them would have to be.',
  'Memory is resident, after a garbage collection; without what the kernel holds for each connection, megabytes for those that never read.',
  'Loop delay: how much later than it should the main thread came round; 10 ms apart, so that the first of them may be missed.',
];

function deliveryRows({
  deliveries,
  publishing,
  clientKib,
  clientHeapKib,
  firstByteMs,
}: DeliveryResult): Row[] {
  const ofManner = (manner: Manner): Row[] =>
    deliveries.flatMap(({ clients, manners: { [manner]: both } }) => {
      const title = `${titles[manner]}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
      const line = (
        name: string,
        unit: string,
        of: (one: Delivered) => number,
        goal?: (ratio: number) => Goal,
      ) => compared(name, unit, { benchtray: of(both.benchtray), plain: of(both.plain) }, goal);
      const isPaced = manner === 'paced';
      return [
        [title],
        ...(isPaced ? [] : [line('  delivered', 'events/s', (one) => one.eventsPerSecond, atLeastTimes(3))]),
        line('  publish → receive, p50', 'ms', (one) => one.p50Ms),
        line('  publish → receive, p99', 'ms', (one) => one.p99Ms, isPaced ? atMostTimes(1.25) : undefined),
        line('  CPU for each delivery', 'µs', (one) => one.cpuUs, isPaced ? atMostTimes(1.25) : undefined),
        line('  publishing, p50', 'ms', (one) => one.publishMs),
        ...(clients < 1000
          ? []
          : [
              line('  loop delay, p99', 'ms', (one) => one.loop.p99Ms),
              line('  loop delay, highest', 'ms', (one) => one.loop.maxMs),
            ]),
      ];
    });
  const firstByte = (part: 'p50' | 'p99') => ({
    benchtray: firstByteMs.benchtray[part],
    plain: firstByteMs.plain[part],
  });
  return [
    ...manners.flatMap(ofManner),
    ['publishing ends of tasks, no client'],
    ...publishing.map(({ together, cpuUs, atMostTimes: times }) =>
      compared(
        `  CPU for each, ${together === 1 ? 'one by one' : `${together} in one commit`}`,
        'µs',
        cpuUs,
        atMostTimes(times),
      ),
    ),
    ['one client more'],
    compared('  memory, resident', 'KiB', clientKib, atMostTimes(1.2)),
    compared('  memory, heap only', 'KiB', clientHeapKib),
    compared('  connecting → first byte, p50', 'ms', firstByte('p50')),
    compared('  connecting → first byte, p99', 'ms', firstByte('p99')),
  ];
}

function deadReaderRows({ reading, deaf, seconds, kibPerSecond, servers }: DeadReaders): Row[] {
  const line = (name: string, unit: string, of: keyof DeadReaders['servers']['plain']): Row =>
    compared(name, unit, { benchtray: servers.benchtray[of], plain: servers.plain[of] });
  const growth = {
    benchtray: servers.benchtray.after - servers.benchtray.early,
    plain: servers.plain.after - servers.plain.early,
  };
  // A few MiB more or less are what the garbage collector leaves.
  const flat = { text: '≤ 10', isMet: growth.benchtray <= 10 };
  return [
    [
      `${deaf} clients that never read among ${reading} that do, ${kibPerSecond} KiB/s for each, ${seconds} s`,
    ],
    line('  memory before', 'MiB', 'before'),
    line('  memory after a third of the time', 'MiB', 'early'),
    line('  memory at the end', 'MiB', 'after'),
    compared('  growth since that third', 'MiB', growth, () => flat),
    line('  that never read and are still there', '', 'deafLeft'),
  ];
}

function replayRows({ events, seconds, firstByteMs, loop }: Replay): Row[] {
  const own = (name: string, unit: string, value: number, aim = '', met = ''): Row => [
    name,
    unit,
    numberText(value),
    '–',
    '',
    aim,
    met,
  ];
  return [
    [`replay of ${events} events to one client`],
    own('  connecting → last event', 's', seconds, '< 1', seconds < 1 ? 'met' : 'MISSED'),
    own('  connecting → first byte', 'ms', firstByteMs),
    own('  loop delay, highest', 'ms', loop.maxMs),
  ];
}

const atMostTimes =
  (times: number) =>
  (ratio: number): Goal => ({ text: `≤ ${times}×`, isMet: ratio <= times });
const atLeastTimes =
  (times: number) =>
  (ratio: number): Goal => ({ text: `≥ ${times}×`, isMet: ratio >= times });

function compared(
  name: string,
  unit: string,
  { benchtray, plain }: ByServer<number>,
  goal?: (ratio: number) => Goal,
): Row {
  return comparedRow(name, unit, [benchtray, plain], goal);
}
