import { describe, expect, it } from 'vitest';
import { inWords, runDocker } from '../../../src/main/engine/demo/docker.ts';
import { fillTemplate } from '../../../src/main/engine/demo/go-template.ts';
import { createMachine } from '../../../src/main/engine/demo/machine.ts';
import { createRandom } from '../../../src/main/engine/demo/random.ts';
import { inspectCommand, listCommand, readInspect, readList } from '../../../src/main/engine/vm/index.ts';

const startedAt = Date.UTC(2026, 0, 28, 12);
const machine = createMachine(createRandom(1), startedAt);

/** As the shell function `run` frames it. */
function ask(words: readonly string[], now = startedAt): string {
  const [, command, ...rest] = words;
  expect(command).toBe('docker');
  const { output, exitCode } = runDocker(machine, rest, now);
  return `${output}\nexit ${exitCode}\n`;
}

describe('docker', () => {
  it('lists one container, in the form that is read on a real machine', () => {
    expect(readList(ask(listCommand('docker'), startedAt + 49 * 60_000))).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'winarena',
          status: 'Up 49 minutes',
          image: 'waa-auto:latest',
          id: machine.containerId,
        },
      ],
    });
  });

  it('tells the state of the container, in the form that is read on a real machine', () => {
    expect(readInspect(ask(inspectCommand('docker', ['winarena'])), ['winarena'])).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'winarena',
          state: 'running',
          exitCode: 0,
          startError: null,
          outOfMemory: false,
          startedAt: '2026-01-28T12:00:00.000Z',
          addresses: ['172.17.0.2'],
          mounts: [
            {
              source: '/home/azureuser/WindowsAgentArena/src/win-arena-container/client',
              destination: '/client',
            },
            { source: '/home/azureuser/waa-storage', destination: '/storage' },
          ],
        },
      ],
    });
  });

  it('knows no other container', () => {
    const other = ask(inspectCommand('docker', ['winarena-v2_1']));
    expect(readInspect(other, ['winarena-v2_1'])).toEqual({ kind: 'ok', value: [] });
    expect(runDocker(machine, ['logs', 'other'], startedAt)).toMatchObject({ exitCode: 1 });
  });

  it('fills in addresses and mounts', () => {
    const format =
      '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}{{range .Mounts}}{{.Source}}>{{.Destination}};{{end}}';
    expect(runDocker(machine, ['inspect', '-f', format, 'winarena'], startedAt).output).toBe(
      '172.17.0.2 /home/azureuser/WindowsAgentArena/src/win-arena-container/client>/client;/home/azureuser/waa-storage>/storage;\n',
    );
  });

  it.each([
    ['{{if .NetworkSettings}}{{json .Name}}{{else}}null{{end}}!', '"/winarena"!'],
    ['{{if .RestartCount}}{{if .Name}}a{{else}}b{{end}}{{else}}{{if .Id}}c{{else}}d{{end}}{{end}}!', 'c!'],
    ['{{if .RestartCount}}a{{end}}!', '!'],
  ])('fills in %s', (format, filled) => {
    expect(runDocker(machine, ['inspect', '-f', format, 'winarena'], startedAt).output).toBe(`${filled}\n`);
  });

  it('gives the last lines of the log', () => {
    const other = createMachine(createRandom(1), 0);
    other.perform({ type: 'container_log', text: 'one\ntwo\nthree\n' }, 0);
    const tail = (lines: string): string => runDocker(other, ['logs', '--tail', lines, 'winarena'], 0).output;
    expect(tail('2')).toBe('two\nthree\n');
    expect(tail('3')).toBe('one\ntwo\nthree\n');
    expect(tail('9')).toBe('one\ntwo\nthree\n');
    expect(tail('0')).toBe('');
    expect(tail('all')).toBe('one\ntwo\nthree\n');
    // A line that has only been begun is not there yet.
    other.perform({ type: 'container_log', text: 'fo' }, 0);
    expect(tail('1')).toBe('three\n');
    other.perform({ type: 'container_log', text: 'ur\nfive' }, 0);
    expect(tail('1')).toBe('four\n');
    const stamped = runDocker(other, ['logs', '--timestamps', '--tail', '2', 'winarena'], 0).output;
    expect(stamped).toBe('1970-01-01T00:00:00.000000003Z three\n1970-01-01T00:00:00.000000004Z four\n');
  });

  it.each([
    [0.4, 'Less than a second'],
    [1.9, '1 second'],
    [59, '59 seconds'],
    [61, 'About a minute'],
    [3599, '59 minutes'],
    [3600, 'About an hour'],
    [47 * 3600, '47 hours'],
    [72 * 3600, '3 days'],
  ])('says %d s as docker does', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});

describe('a Go template', () => {
  const data = { A: { B: 'b', list: [{ x: 1 }, { x: 2 }], none: [] }, flag: false };

  it.each([
    ['{{.A.B}}|{{ .flag }}', 'b|false'],
    ['{{json .A.list}}', '[{"x":1},{"x":2}]'],
    ['{{range .A.list}}<{{.x}}>{{end}}.', '<1><2>.'],
    ['{{range .A.none}}{{range .A}}x{{end}}y{{end}}.', '.'],
    ['{{range $i, $v := .A.list}}{{$i}}={{$v.x}}{{println ""}}{{end}}', '0=1\n1=2\n'],
    ['{{range .A.list}}{{range $k, $v := .}}{{$k}}{{$v}}{{end}},{{end}}', 'x1,x2,'],
    ['{{"\\t"}}', '\t'],
  ])('%s', (template, filled) => {
    expect(fillTemplate(template, data)).toBe(filled);
  });

  it.each(['{{.Nothing}}', '{{.A.Nothing}}', '{{index .A 0}}', '{{end}}'])('refuses %s', (template) => {
    expect(() => fillTemplate(template, data)).toThrow();
  });
});
