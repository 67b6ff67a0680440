import { describe, expect, it } from 'vitest';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { createDemoSwitch, demoVmName } from '../../../src/main/engine/setup/index.ts';

/** A switch of which every step is noted. */
function noted(start?: () => Promise<never>) {
  const steps: string[] = [];
  const demo = createDemoSwitch({
    start:
      start ??
      (() => {
        steps.push('start');
        const vmConfig = makeVmConfig({ name: 'demo-vm', ssh: { host: '127.0.0.1' } });
        const close = () => {
          steps.push('close');
          return Promise.resolve();
        };
        return Promise.resolve({ vmConfig, close });
      }),
    watch: (vm) => steps.push(vm === null ? 'unwatch' : `watch ${vm.name}`),
    forget: () => steps.push('forget'),
  });
  return { demo, steps };
}

describe('the demo within', () => {
  it('has a name that no configured VM can have', () => {
    expect(() => makeVmConfig({ name: demoVmName, ssh: { host: 'a' } })).toThrow('a name of up to 64');
  });

  it('is begun once, and when it ends nothing of it stays', async () => {
    const { demo, steps } = noted();
    await Promise.all([demo.turn(true), demo.turn(true)]);
    expect(demo.isOn()).toBe(true);
    expect(steps).toEqual(['start', `watch ${demoVmName}`]);
    await Promise.all([demo.turn(false), demo.turn(false)]);
    expect(demo.isOn()).toBe(false);
    expect(steps.slice(2)).toEqual(['unwatch', 'close', 'forget']);
  });

  it('turned on and off at once is off', async () => {
    const { demo, steps } = noted();
    await Promise.all([demo.turn(true), demo.turn(false), demo.turn(true), demo.turn(false)]);
    expect(demo.isOn()).toBe(false);
    expect(steps.filter((step) => step === 'start')).toHaveLength(2);
    expect(steps.filter((step) => step === 'close')).toHaveLength(2);
  });

  it('says why it cannot be begun, and can be tried again', async () => {
    const { demo, steps } = noted(() => Promise.reject(new Error('no port is free')));
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(await demo.turn(true)).toMatchObject({
        ok: false,
        problem: { kind: 'conflict', detail: 'The simulated VM cannot be started: no port is free.' },
      });
    expect(demo.isOn()).toBe(false);
    expect(steps).toEqual([]);
  });

  it('ends with the process, and does not begin again', async () => {
    const { demo, steps } = noted();
    await demo.turn(true);
    await demo.end();
    expect(steps.slice(2)).toEqual(['close', 'forget']);
    expect(await demo.turn(true)).toMatchObject({ ok: false });
    await demo.end();
    expect(steps).toHaveLength(4);
  });
});
