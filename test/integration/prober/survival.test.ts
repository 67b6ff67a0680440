/** A connection that dies at the worst moment costs a reconnect, and never the process. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCuttableProxy, startSteppedProxy } from '../../support/cuttable-proxy.ts';
import { openStream } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { benchTrayOn } from './lives.ts';
import { readyVm } from './watched.ts';

describe.skipIf(sshdPath === null)(
  'serve survives a connection that dies between the login and the first command',
  () => {
    it.each(['FIN', 'RST'] as const)('with a %s behind the accepted login', async (how) => {
      const vm = await readyVm();
      let freeze: (frozen: boolean) => void = () => undefined;
      const cuts: number[] = [];
      // The process stands still while the server answers. When it continues, it finds the accepted login, what sshd sends behind it,
      // and the end of the connection, all at once.
      const proxy = await startSteppedProxy(vm.port, {
        beforeStep: () => freeze(true),
        afterStep(client) {
          if (vm.logins() > cuts.length) {
            cuts.push(vm.logins());
            if (how === 'FIN') client.end();
            else client.resetAndDestroy();
          }
          freeze(false);
        },
      });
      onTestFinished(proxy.close);
      const app = benchTrayOn([{ ...vm.config, ssh: { ...vm.config.ssh, port: proxy.port } }]);
      freeze = app.freeze;
      const url = await app.start();
      await until(() => cuts.length >= 3, 'three logins are cut');
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect(await app.stop('SIGTERM')).toBe(0);
    });

    it('with 25 VMs behind one proxy that cuts them all as they log in', async () => {
      const vm = await readyVm();
      let cutNext = false;
      const proxy = await startCuttableProxy(vm.port, (client) => {
        if (!cutNext) return;
        cutNext = false;
        setImmediate(() => proxy.cut());
        client.destroy();
      });
      onTestFinished(proxy.close);
      const names = Array.from({ length: 25 }, (_, index) => `vm-${String(index)}`);
      const app = benchTrayOn(
        names.map((name) => ({ ...vm.config, name, ssh: { ...vm.config.ssh, port: proxy.port } })),
      );
      const url = await app.start();
      for (let round = 1; round <= 6; round += 1) {
        const logins = vm.logins();
        await until(() => vm.logins() > logins + round * 3, 'some have logged in');
        cutNext = true;
        await until(() => !cutNext, 'they are cut');
      }
      const client = openStream(url);
      onTestFinished(() => client.close());
      const isReady = (name: string): boolean =>
        client.statuses().findLast(({ vm: of }) => of === name)?.phase === 'ready';
      await until(() => names.every(isReady), 'all are watched again');
      expect(await app.stop('SIGTERM')).toBe(0);
    });
  },
);
