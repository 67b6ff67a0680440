import type { StatusDetail } from '../../../src/shared/stream.ts';
import { readyDetail } from '../../support/ready-detail.ts';

/** What is found on a VM that is ready, and why each thing was chosen. */
export const foundDetail: StatusDetail = {
  ...readyDetail,
  found: [
    {
      piece: 'container',
      value: 'winarena',
      why: 'its image is of the benchmark, and of 3 that run it has the newest log',
    },
    {
      piece: 'guest',
      value: 'container:172.30.0.2:5000',
      why: "/probe answers there: the container's DHCP server gave it out",
    },
    {
      piece: 'runner',
      value: 'run.py --agent_name navi --model gpt-4o --som_origin oss --a11y_backend uia --max_steps 15',
      why: 'a process in the container',
    },
    {
      piece: 'results',
      value: 'container:/client/results/pyautogui/a11y_tree/gpt-4o/0',
      why: '--result_dir of run.py, on the VM at /home/azureuser/waa-storage/results/pyautogui/a11y_tree/gpt-4o/0',
    },
    {
      piece: 'log',
      value: `container:/client/results/logs/${'a-trial-with-a-long-name-'.repeat(4)}/normal-0-20260128@225508.log`,
      why: 'the newest of 4 logs, and it grows',
    },
  ],
};
