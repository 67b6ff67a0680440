import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import ChartsPanel from '../../src/renderer/features/run-page/ChartsPanel.svelte';
import type { RunEvent } from '../../src/renderer/state/events-api.ts';
import { attemptsOf, runOfTasks } from '../unit/renderer/runs-fixtures.ts';

const incident: RunEvent = {
  ...{ kind: 'error', code: 'probe_down', severity: 'critical', message: 'It does not answer.' },
  ...{ began_at: '2026-01-28T20:12:00Z', ended_at: '2026-01-28T20:14:00Z', lasts: false },
  ...{ detail: null, hint: null, recovered: 'It is back.', lasted_seconds: 120 },
};

test('an incident in the chart leads to the timeline, and the filters of the tasks stay', async () => {
  const filters = { domain: 'notepad', outcome: 'failed', q: null };
  const { container } = await render(ChartsPanel, {
    props: { run: runOfTasks(attemptsOf(12)), events: [incident], filters },
  });
  const links = [...container.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
  const toTimeline = links.filter((href) => href.includes('/timeline?'));
  expect(toTimeline).toHaveLength(1);
  expect(toTimeline[0]).toContain('domain=notepad');
  expect(toTimeline[0]).toContain('outcome=failed');
  expect(toTimeline[0]).toContain('at=2026-01-28T20%3A12%3A00Z');
});
