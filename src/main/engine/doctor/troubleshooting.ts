/** The troubleshooting of the README: all that the checks may advise, as a table in Markdown. */
import { checks } from './checks/index.ts';
import { late } from './common-remedies.ts';
import type { RemedyWords } from './model.ts';
import { terminalOf } from '../common/terminal.ts';

export function troubleshooting(): string {
  const rows = [
    ...checks.flatMap(({ title, remedies }) =>
      remedies.map((remedy, index) => row(index === 0 ? title : '', remedy)),
    ),
    row('Any', late),
  ];
  return ['| check | when | what to do |', '| --- | --- | --- |', ...rows].join('\n');
}

function row(title: string, { when, advice, exampleCommand }: RemedyWords): string {
  const command = exampleCommand(terminalOf('linux'));
  const remedy = command === null ? advice : [advice, ' `', command, '`'].join('');
  return `| ${[title, when, remedy].map(cell).join(' | ')} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
