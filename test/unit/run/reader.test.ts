import { describe, expect, it } from 'vitest';
import { parseReaderState } from '../../../src/main/engine/run/reader.ts';
import { readText, waaLog } from './support.ts';

describe('how well a log is understood', () => {
  it('is told by what nobody could read before a run was recognised', () => {
    const text = 'Copying files...\n\nDone: 3 of 4\nepoch 1 loss 0.4\n';
    expect(readText(text).reader.counts).toEqual({ lines: 4, unread: 3, recognised: false });
  });

  it('is no question any more once there is one', () => {
    const head = 'Waiting for the server to start...\n';
    const text = `${head}${waaLog().begin('a').task('a').text()}Some print\nand another\n`;
    const { counts } = readText(text).reader;
    expect(counts).toMatchObject({ unread: 1, recognised: true });
    expect(counts.lines).toBe(text.split('\n').length - 1);
  });
});

describe('the arguments of a run', () => {
  it('tell which part of a shared run it is, and nothing that is secret', () => {
    const text = waaLog()
      .begin('a')
      .record(
        'run',
        "Args: Namespace(max_steps=15, agent='navi', openai_api_key='sk-secret', emulator_ip='172.30.0.2', trial_id='7', worker_id=2, num_workers=4)",
      )
      .text();
    expect(readText(text).run?.arguments).toEqual({
      maxSteps: 15,
      model: null,
      agent: 'navi',
      resultDir: null,
      emulatorIp: '172.30.0.2',
      workerId: 2,
      workers: 4,
      trialId: '7',
    });
    expect(JSON.stringify(readText(text))).not.toContain('secret');
  });
});

it('reads a log again after an upgrade with another dialect, unless it recognised a run', () => {
  const unrecognised = readText('Score: 1.0\n').reader;
  const recognised = readText('Processing 2 tasks with 2 workers...\n').reader;
  expect(unrecognised.readBy).toContain('osworld waa coact ');
  expect(parseReaderState(JSON.parse(JSON.stringify(unrecognised)))).toEqual(unrecognised);
  for (const readBy of [undefined, 'osworld waa'])
    expect(parseReaderState({ ...unrecognised, readBy })).toBeNull();
  expect(recognised.readBy).toBeUndefined();
  expect(parseReaderState(recognised)).toEqual(recognised);
});
