/** When a VM is looked at, by the facts in the store. */
import { describe, expect, it } from 'vitest';
import type { OwnShellChannel } from '../../../src/main/engine/vm/index.ts';
import { LookSource } from '../../../src/main/engine/watch/looks/look-source.ts';
import { project } from '../../../src/main/engine/watch/project.ts';
import { nothingAnswered } from '../../../src/main/engine/watch/sight.ts';
import { wantLook } from '../../../src/main/engine/watch/source.ts';
import { until } from '../../support/wait.ts';
import { ready } from './sights.ts';
import { localContact, sourceTools, startSource } from './tools.ts';

/** With an interval that no test waits for. */
function watched() {
  const tools = sourceTools();
  const source = new LookSource({ ...tools, intervalSeconds: 3600 });
  // While somebody listens, or something goes on, looks are at most 5 s apart.
  const { store } = startSource(source);
  const connect = (): void => store.update({ contact: localContact(tools.dir).contact, isFirstLook: true });
  return { store, tools, connect };
}

describe.skipIf(process.platform === 'win32')('a VM', () => {
  it('is looked at when a connection is up, and then the first look is over', async () => {
    const { store, connect } = watched();
    expect(store.get()).toMatchObject({ shells: null, checkedAtMs: null, heard: null });
    connect();
    expect(store.get().shells).not.toBeNull();
    await until(() => store.get().looked.count >= 1, 'the first look is through');
    expect(store.get()).toMatchObject({ isFirstLook: false, looked: { depth: 'whole' } });
    const { checkedAtMs, heard, host, machine } = store.get();
    expect([checkedAtMs, heard, host, machine]).not.toContain(null);
  });

  it('does not count a look that overlaps the first one, and so has no answers', async () => {
    const { store, tools, connect } = watched();
    const counted: boolean[] = [];
    store.subscribe(({ looked, host, machine, shells, lookWantedAtMs }, before) => {
      if (shells !== null && lookWantedAtMs === null) wantLook(store, tools.clock.monotonicMs(), 0);
      if (looked.count > before.looked.count) counted.push(host !== null && machine !== null);
    });
    connect();
    await until(() => counted.length >= 1, 'a look is through');
    expect(counted[0]).toBe(true);
  });

  it('gets a whole look soon after a source wanted one', async () => {
    const { store, tools, connect } = watched();
    connect();
    await until(() => store.get().looked.count >= 1, 'the first look is through');
    const { count } = store.get().looked;
    wantLook(store, tools.clock.monotonicMs(), 0);
    await until(() => store.get().looked.count > count, 'another look');
    expect(store.get()).toMatchObject({ looked: { depth: 'whole' }, lookWantedAtMs: null });
  });

  it('is looked at as soon as a client connects', async () => {
    const { store, connect } = watched();
    connect();
    await until(() => store.get().looked.count >= 1, 'the first look is through');
    const { count } = store.get().looked;
    store.update({ demandedSeconds: 1 });
    await until(() => store.get().looked.count > count, 'another look');
  });

  it('is looked at again on the next connection', async () => {
    const { store, connect } = watched();
    connect();
    await until(() => store.get().looked.count >= 1, 'the first look is through');
    store.update({ contact: null, shells: null });
    connect();
    expect(store.get().isFirstLook).toBe(true);
    const { count } = store.get().looked;
    await until(() => store.get().looked.count > count, 'a look on the new connection');
    expect(store.get().isFirstLook).toBe(false);
  });
});

it('a VM that answers slowly on a new connection is not shown as it was before', async () => {
  const { store, tools } = watched();
  store.update({ ...ready, heard: { runMs: 0, wallMs: 0 } });
  const shown = (): unknown => project(store.get(), 0).status?.phase;
  expect(shown()).toBe('ready');
  const { contact } = localContact(tools.dir);
  if (contact === null) throw new Error('no contact');
  const host: OwnShellChannel = {
    ...contact.host,
    ask: () => new Promise(() => undefined),
    listen: () => ({ stop: () => undefined }),
  };
  store.update({ contact: { ...contact, host }, isFirstLook: true, answered: nothingAnswered });
  expect(shown()).toBeUndefined();
  await until(() => shown() !== undefined, 'a status is shown');
  expect(shown()).toBe('unknown');
  expect(store.get().isReplaying).toBe(false);
});

describe('a wish to look', () => {
  it('stays the earliest of several', () => {
    const { store } = watched();
    wantLook(store, 1_000, 5_000);
    wantLook(store, 2_000, 1_500);
    expect(store.get().lookWantedAtMs).toBe(3_500);
    wantLook(store, 2_000, 9_000);
    expect(store.get().lookWantedAtMs).toBe(3_500);
  });
});
