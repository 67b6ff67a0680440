import { describe, expect, it } from 'vitest';
import {
  chooseContainer,
  isClearlyBetter,
  readEvidence,
  type Evidence,
} from '../../../src/main/engine/vm/container-choice.ts';
import type { ContainerRow, ContainerState } from '../../../src/main/engine/vm/docker.ts';

const row = (name: string, state = 'running', image = 'other:latest'): ContainerRow => ({
  name,
  state,
  status: '',
  image,
  id: name,
});
const state = (name: string, startedAt = '2026-01-28T22:00:00Z'): ContainerState => ({
  ...{ name, state: 'running', exitCode: 0, startError: null, outOfMemory: false, startedAt },
  ...{ addresses: ['172.17.0.2'], mounts: [] },
});
const seen = (name: string, marks = '', startedAt = '2026-01-28T22:00:00Z'): Evidence => ({
  name,
  startedAt,
  runsBenchmark: marks.includes('r'),
  hasGuest: marks.includes('g'),
  answers: marks.includes('a'),
});

describe('the container to watch', () => {
  it.each<[what: string, rows: ContainerRow[], configured: string | null, chosen: string | null]>([
    ['none', [], null, null],
    [
      'names that only look like one',
      [row('winarena-old'), row('my-winarena'), row('winarena-v2_x')],
      null,
      null,
    ],
    ['the official name', [row('nginx'), row('winarena')], null, 'winarena'],
    ['the order of the names', [row('waa-container'), row('winarena')], null, 'winarena'],
    ['a running one before a stopped one', [row('winarena', 'exited'), row('win11-waa')], null, 'win11-waa'],
    ['a stopped one where none runs', [row('winarena', 'exited')], null, 'winarena'],
    ['numbered ones', [row('winarena-v2_12'), row('winarena-v2_3')], null, 'winarena-v2_12'],
    ['the configured one, running or not', [row('winarena'), row('mine', 'exited')], 'mine', 'mine'],
    ['the configured one and no other', [row('winarena'), row('mine2')], 'mine', null],
    [
      'a name before an image',
      [row('x', 'running', 'waa-auto:latest'), row('winarena-v2_1')],
      null,
      'winarena-v2_1',
    ],
  ])('%s', (_what, rows, configured, chosen) => {
    expect(chooseContainer(rows, configured, [])?.row.name ?? null).toBe(chosen);
  });

  it.each([
    ['windowsarena/winarena:latest', true],
    ['windowsarena/winarena', true],
    ['windowsarena/winarena-v2:1', true],
    ['ghcr.io/windowsarena/winarena@sha256:0123', true],
    ['openadaptacr.azurecr.io/waa-auto:latest', true],
    ['localhost:5000/waa-auto', true],
    ['waa-auto', true],
    ['happysixd/osworld-docker', false],
    ['dockurr/windows:latest', false],
    ['my/winarena-auto', false],
    ['notwaa-auto:latest', false],
    ['waa-auto/base', false],
  ])('of the image %s: %s', (image, isOne) => {
    const choice = chooseContainer([row('box', 'running', image)], null, []);
    expect(choice?.why ?? null).toBe(isOne ? `of the image ${image}` : null);
  });

  it.each<[what: string, evidence: Evidence[], chosen: string, why: string]>([
    [
      'by run.py before all',
      [seen('winarena', 'ga'), seen('waa-container', 'r')],
      'waa-container',
      'run.py runs in it',
    ],
    ['by a guest', [seen('winarena'), seen('waa-container', 'g')], 'waa-container', 'Windows runs in it'],
    [
      'by the answer of its guest',
      [seen('winarena', 'g'), seen('waa-container', 'ga')],
      'waa-container',
      'its benchmark server answers',
    ],
    [
      'by name',
      [seen('winarena', 'ga'), seen('waa-container', 'ga')],
      'winarena',
      'its benchmark server answers',
    ],
    [
      'by name without more',
      [seen('winarena'), seen('waa-container')],
      'winarena',
      'it is the first by name and start',
    ],
  ])('of several that run %s', (_what, evidence, chosen, why) => {
    const rows = [row('waa-container'), row('winarena')];
    expect(chooseContainer(rows, null, evidence)).toEqual({
      row: row(chosen),
      why: `named ${chosen}, and of 2 that run ${why}`,
    });
  });

  it('is the newest of those that are alike in all else', () => {
    const rows = [row('winarena-v2_1'), row('winarena-v2_2'), row('winarena-v2_3')];
    const evidence = [
      seen('winarena-v2_1'),
      seen('winarena-v2_2', '', '2026-01-28T23:00:00Z'),
      seen('winarena-v2_3'),
    ];
    expect(chooseContainer(rows, null, evidence)?.row.name).toBe('winarena-v2_2');
  });

  it('gives way to one in which the benchmark runs, or at least Windows, and to no other', () => {
    const all = ['', 'a', 'g', 'ga', 'r', 'rga'];
    const better = all.flatMap((challenger) =>
      all
        .filter((watched) => isClearlyBetter(seen('b', challenger), seen('a', watched)))
        .map((watched) => `${challenger}>${watched}`),
    );
    expect(better).toEqual([
      'g>',
      'g>a',
      'ga>',
      'ga>a',
      'r>',
      'r>a',
      'r>g',
      'r>ga',
      'rga>',
      'rga>a',
      'rga>g',
      'rga>ga',
    ]);
  });

  it('is known by what the VM counts', () => {
    expect(
      readEvidence(
        'candidate winarena rrgg.\ncandidate b a.\ncandidate c .\nnonsense\ncandidate d\ncandidate other r.\n',
        [state('winarena'), state('b', 't'), state('c', 't'), state('d')],
      ),
    ).toEqual([seen('winarena', 'rg'), seen('b', 'a', 't'), seen('c', '', 't')]);
  });
});
