import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { judgeAccess, loopbackDoor } from '../../../src/main/engine/server/access/access.ts';

const door = loopbackDoor({ names: [], allowedOrigins: ['https://grafana.example'] }, 8765);

function judge(url: string, headers: Readonly<Record<string, string>>, method = 'GET') {
  const request = { method, url, headers, rawHeaders: ['Host', 'localhost:8765'] };
  return judgeAccess(request as unknown as IncomingMessage, door);
}

const asked = (site: string, mode: string, dest: string) => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
});

describe('a request without an Origin', () => {
  const allowed = [
    ['a program', '/api/status', {}],
    ['the address line', '/api/status', asked('none', 'navigate', 'document')],
    ['an image of our own page', '/api/runs/a/tasks/b/screens/c', asked('same-origin', 'no-cors', 'image')],
    ['our own worker', '/assets/worker.js', asked('same-origin', 'same-origin', 'sharedworker')],
    ['a link on a foreign page', '/', asked('cross-site', 'navigate', 'document')],
    ['a link with a key', '/?api_key=bt_x', asked('cross-site', 'navigate', 'document')],
    ['a link on another port', '/', asked('same-site', 'navigate', 'document')],
    ['a link, by its whole address', 'http://localhost:8765/', asked('cross-site', 'navigate', 'document')],
    ['Node, which sends only the mode', '/api/status', { 'sec-fetch-mode': 'cors' }],
  ] as const;
  it.each(allowed)('is answered from %s', (_, url, headers) => {
    expect(judge(url, headers)).toMatchObject({
      kind: 'allowed',
      caller: 'own',
      headers: { Vary: 'Origin' },
    });
  });

  const refused = [
    ['an image', '/api/runs/a/tasks/b/screens/c', asked('cross-site', 'no-cors', 'image')],
    ['an image on another port', '/api/status', asked('same-site', 'no-cors', 'image')],
    ['a script', '/assets/index.js', asked('cross-site', 'no-cors', 'script')],
    ['a style sheet', '/assets/index.css', asked('same-site', 'no-cors', 'style')],
    ['a fetch that cannot read', '/api/status', asked('cross-site', 'no-cors', 'empty')],
    ['a link to data', '/api/status', asked('cross-site', 'navigate', 'document')],
    ['a path that only begins like the page', '//', asked('cross-site', 'navigate', 'document')],
    ['a frame', '/', asked('cross-site', 'navigate', 'iframe')],
    ['a plug-in', '/', asked('cross-site', 'navigate', 'object')],
    ['a site that no standard knows', '/api/status', { 'sec-fetch-site': 'elsewhere' }],
  ] as const;
  it.each(refused)('is refused from a foreign page: %s', (_, url, headers) => {
    expect(judge(url, headers)).toMatchObject({ kind: 'refused', problem: { status: 403 } });
  });

  it('is refused from a foreign form, also at the page', () => {
    const headers = asked('cross-site', 'navigate', 'document');
    expect(judge('/', headers, 'POST')).toMatchObject({ kind: 'refused', problem: { status: 403 } });
  });
});

describe('a request with an Origin', () => {
  const crossSite = asked('cross-site', 'cors', 'empty');

  it('is answered to our own pages and to allowed ones, which may embed the answer', () => {
    const own = judge('/api/status', { origin: 'benchtray://app', ...crossSite });
    expect(own).toMatchObject({ kind: 'allowed', caller: 'own' });
    expect(judge('/api/status', { origin: 'https://grafana.example', ...crossSite })).toMatchObject({
      kind: 'allowed',
      caller: 'allowed-page',
      headers: { 'Cross-Origin-Resource-Policy': 'cross-origin', Vary: 'Origin' },
    });
  });

  it('is refused to others, also where the site is the same', () => {
    for (const site of ['cross-site', 'same-site', 'same-origin', 'none'])
      expect(
        judge('/', { origin: 'http://localhost:3000', ...asked(site, 'navigate', 'document') }),
      ).toMatchObject({ kind: 'refused', problem: { status: 403 } });
  });
});
