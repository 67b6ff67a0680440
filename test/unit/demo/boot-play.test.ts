import { describe, expect, it } from 'vitest';
import { playBoot } from '../../../src/main/engine/demo/boot-play.ts';
import { httpAnswer } from '../../../src/main/engine/demo/http.ts';
import { createMachine } from '../../../src/main/engine/demo/machine.ts';
import { createRandom } from '../../../src/main/engine/demo/random.ts';
import { noBoot, readBootLine, readBootPage } from '../../../src/main/engine/vm/index.ts';

const boot = [...playBoot(createRandom(5), 20_000)];
const log = boot.map(({ act }) => (act.type === 'container_log' ? act.text : '')).join('');
const phasesInOrder = ['starting', 'downloading', 'extracting', 'configuring', 'building', 'booting', 'oobe'];

describe('the start of the container', () => {
  it('takes as long as it was told, and ends with a server that answers', () => {
    expect(boot.reduce((total, { afterMs }) => total + afterMs, 0)).toBeCloseTo(20_000);
    expect(boot.every(({ afterMs }) => afterMs >= 0)).toBe(true);
    expect(boot.at(-2)?.act).toEqual({ type: 'server_ready' });
  });

  it('goes through every phase in order, by its log', () => {
    let state = noBoot;
    const seen = new Set<string>();
    for (const line of log.split('\n')) {
      state = readBootLine(state, line);
      if (state.phase !== null) seen.add(state.phase);
    }
    expect([...seen]).toEqual(phasesInOrder);
  });

  it('goes through the phases of the set-up in order, by its status page, with percentages that grow', () => {
    const machine = createMachine(createRandom(1), 0);
    let state = noBoot;
    const seen = new Set<string>();
    const percents: number[] = [];
    for (const { act } of boot) {
      machine.perform(act, 0);
      if (act.type !== 'status_page' || act.text === null) continue;
      state = readBootPage(state, httpAnswer(machine, 'host', 'http://localhost:8006/msg.html', 5));
      if (state.phase !== null) seen.add(state.phase);
      if (state.phase === 'downloading' && state.percent !== null) percents.push(state.percent);
    }
    expect([...seen]).toEqual(phasesInOrder.slice(1, 5));
    expect(percents.length).toBeGreaterThan(10);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(httpAnswer(machine, 'host', 'http://localhost:8006/msg.html', 5)).toMatch(/\nhttp 404\n$/);
  });

  it('tears one line of the download apart', () => {
    const waiting = 'Waiting for a response from the windows server. This might take a while...\n';
    expect(log.match(/^ *\d+K \.+ \.+Waiting for a response .*$/gm)).toHaveLength(1);
    // Without the waiting lines, wget's report is whole: 32 MiB a line, up to 100 %.
    const report = log.replaceAll(waiting, '').match(/^ *\d+K [. ]+ \d+% .*$/gm) ?? [];
    expect(report.map((line) => Number.parseInt(line))).toEqual(report.map((_, index) => index * 32_768));
    expect(report).toHaveLength(166);
    expect(report.at(-1)).toContain('100%');
  });

  it('has the colours of dockur', () => {
    expect(log).toContain('\x1b[1;34m❯ \x1b[1;36mExtracting Windows 11 image...\x1b[0m\n');
    expect(log).toContain('\n❯ Starting Windows for Docker v5.14...\n');
  });
});
