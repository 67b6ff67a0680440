import type { StatusDetail } from '../../src/shared/stream.ts';

/** What is found on a VM that is ready. */
export const readyDetail: StatusDetail = {
  text: 'Ready',
  percent: null,
  reason: null,
  address: 'azureuser@20.123.45.67:22',
  container: 'winarena',
  probe_address: 'container:172.30.0.2:5000',
  log: 'container:/client/results/logs/normal-0-20260128@225508.log',
  runner: 'run.py --agent_name navi --model gpt-4o --max_steps 15',
  found: [],
};
