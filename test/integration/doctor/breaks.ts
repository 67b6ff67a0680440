/** Ways to break each thing that the doctor looks at, and what he is to say then. Every check has at least one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readConfig } from '../../../src/main/engine/config/index.ts';
import { configSchema } from '../../../src/main/engine/config/schema.ts';
import type { CheckName } from '../../../src/main/engine/doctor/index.ts';
import type { DoctorCheck } from '../../../src/shared/doctor.ts';
import { openTerminal } from '../../support/on-terminal.ts';
import { freePort } from '../../support/free-port.ts';
import { azureFails, azureSays, webServer, type Patient } from './patient.ts';
import { deafPort, closingSshPort, unknownHost } from './ports.ts';

export interface Break {
  readonly what: string;
  readonly break: (patient: Patient) => void | Promise<void>;
  /** Default: "failed". */
  readonly state?: DoctorCheck['state'];
  readonly found: RegExp;
  /** Null: there is none. */
  readonly command: RegExp | null;
  /** Where it is not that of the table. */
  readonly advice?: RegExp;
  /** Where it is not those that the table tells. */
  readonly skipped?: readonly CheckName[];
}

const warned = { state: 'warned' } as const;
const azureWords = /--subscription 0000-1111 -g openadapt-agents -n waa-eval-vm/;
const vmChecks: readonly CheckName[] = [
  ...([
    'azure_login',
    'vm_exists',
    'vm_running',
    'public_address',
    'ssh_port',
    'ssh_key',
    'ssh_login',
  ] as const),
  ...(['host_key', 'docker', 'container', 'kvm', 'disk', 'guest_address', 'probe', 'vnc'] as const),
  ...(['benchmark_process', 'log', 'clock'] as const),
];

async function writeConfig({ home }: Patient, text: string): ReturnType<typeof readConfig> {
  const path = join(home, 'c.json');
  writeFileSync(path, text);
  const platformDirs = { config: home, data: home, home };
  return readConfig({ configFlag: path, env: {}, platformDirs });
}

const setLog = (patient: Patient, log: string): void => {
  patient.config = { ...patient.config, benchmark: { ...patient.config.benchmark, log } };
};

export const breaks: Readonly<Record<CheckName, readonly Break[]>> = {
  configuration: [
    {
      what: 'a file with mistakes in it',
      break: async (patient) => {
        const read = await writeConfig(patient, '{ "vms": [{ "name": "a b", "shh": 1 }], "interval": "x" }');
        if (read.ok) throw new Error('It should not be valid.');
        const configuration = { ...read, path: join(patient.home, 'c.json') };
        patient.house = { ...patient.house, configuration };
      },
      found: /c\.json:1:\d+: vms\[0\]\.name: .*vms\[0\]\.shh: .*interval: /,
      command: /^benchtray config check --config \/\S+c\.json$/,
    },
    {
      what: 'something that has no effect',
      break(patient) {
        const { configuration } = patient.house;
        if (!configuration.ok) throw new Error('It is broken already.');
        const warnings = ['WAA_VM_IP=1.2.3.4 is ignored.'];
        patient.house = { ...patient.house, configuration: { ...configuration, warnings } };
      },
      ...warned,
      found: /WAA_VM_IP=1\.2\.3\.4 is ignored/,
      command: /^benchtray config print$/,
    },
    {
      what: 'an edit while BenchTray runs',
      break: async (patient) => {
        const read = await writeConfig(patient, '{ "interval": 0 }');
        patient.house = { ...patient.house, brokenEdit: read.ok ? [] : read.problems };
      },
      ...warned,
      found: /interval: found 0/,
      command: /^benchtray config check --config \/\S+c\.json$/,
    },
  ],
  watched_vms: [
    {
      what: 'no VM',
      break(patient) {
        const { configuration } = patient.house;
        if (!configuration.ok) throw new Error('It is broken already.');
        const config = { ...configuration.config, vms: [] };
        patient.house = { ...patient.house, configuration: { ...configuration, config } };
      },
      found: /^No VM is configured\.$/,
      command: /^benchtray config path$/,
      skipped: vmChecks,
    },
  ],
  port: [
    {
      what: 'another program on it',
      break: async (patient) => {
        patient.setPort(await webServer((_, response) => response.end('I was here first')));
      },
      found: /^Port \d+ is taken/,
      command: /^benchtray serve --port \d+$/,
    },
  ],
  server: [
    {
      what: 'a stream that does not open',
      break: async (patient) => {
        const port = await webServer(({ url }, response) => {
          if (url !== '/healthz') response.writeHead(500).end();
          else response.end(JSON.stringify({ status: 'ok', app: 'BenchTray', version: '1.0.0' }));
        });
        patient.setPort(port);
      },
      found: /event stream does not: it answers 500/,
      command: null,
    },
    {
      what: 'no BenchTray',
      break: async (patient) => {
        patient.setPort(await freePort());
      },
      ...warned,
      found: /No BenchTray is running now/,
      command: /^benchtray serve$/,
    },
  ],
  private_files: [
    {
      what: 'a data folder that all may write into',
      break({ home }) {
        chmodSync(home, 0o777);
      },
      ...warned,
      found: /Others may write into the data folder \S+ \(its mode is 777\)/,
      command: /^chmod 700 \S+$/,
    },
    {
      what: 'a TLS key that all may read',
      break(patient) {
        const { configuration } = patient.house;
        if (!configuration.ok) throw new Error('It is broken already.');
        const key = join(patient.home, 'tls.pem');
        writeFileSync(key, 'key', { mode: 0o644 });
        const { external } = configSchema.parse({
          server: { external: { host: '0.0.0.0', tls: { cert: key, key } } },
        }).server;
        const server = { ...configuration.config.server, external };
        const config = { ...configuration.config, server };
        patient.house = { ...patient.house, configuration: { ...configuration, config } };
      },
      ...warned,
      found: /Others may read or change the TLS key \S+tls\.pem \(its mode is 644\)/,
      command: /^chmod 600 \S+tls\.pem$/,
    },
  ],
  azure_login: (
    [
      ['no_credentials', /^az login$/],
      ['not_signed_in', /^az login$/],
      ['unavailable', /^az account show$/],
      ['throttled', /^az account show$/],
    ] as const
  ).map(([kind, command]) => ({
    what: kind,
    break(patient: Patient) {
      patient.azure = azureFails(kind);
    },
    found: new RegExp(`Azure: ${kind}`),
    command,
  })),
  vm_exists: [
    {
      what: 'a name that Azure does not know',
      break(patient) {
        patient.azure = azureFails('not_found');
      },
      found: /Azure: not_found/,
      command: /^az vm list --subscription 0000-1111 -o table$/,
    },
    {
      what: 'an account that may not see it',
      break(patient) {
        patient.azure = azureFails('forbidden');
      },
      found: /Azure: forbidden/,
      command: /^az account show --subscription 0000-1111$/,
    },
  ],
  vm_running: [
    {
      what: 'deallocated',
      break(patient) {
        patient.azure = azureSays({ powerState: 'deallocated', address: null });
      },
      found: /Azure says: deallocated\./,
      command: new RegExp(`^az vm start ${azureWords.source}$`),
    },
    {
      what: 'still starting',
      break(patient) {
        patient.azure = azureSays({ powerState: 'starting' });
      },
      found: /Azure says: starting\./,
      command: new RegExp(
        `^az vm get-instance-view ${azureWords.source} --query instanceView.statuses -o table$`,
      ),
    },
    {
      what: 'provisioned badly',
      break(patient) {
        patient.azure = azureSays({
          provisioningState: 'failed',
          provisioningError: 'AllocationFailed: none left',
        });
      },
      ...warned,
      found: /AllocationFailed: none left/,
      command: null,
    },
  ],
  public_address: [
    {
      what: 'none at all',
      break(patient) {
        patient.setSsh({ host: null });
        patient.azure = azureSays({ address: null });
      },
      found: /no public address/,
      command: new RegExp(`^az vm list-ip-addresses ${azureWords.source} -o table$`),
    },
    {
      what: 'another one since it was deallocated',
      break(patient) {
        patient.azure = azureSays({ address: '20.9.9.9' });
      },
      ...warned,
      found: /"ssh.host" is 127\.0\.0\.1, but Azure says 20\.9\.9\.9/,
      command: /^az vm list-ip-addresses /,
    },
    {
      what: 'a ProxyCommand',
      break({ home }) {
        writeFileSync(join(home, '.ssh', 'config'), 'Host 127.0.0.1\n  ProxyCommand nc %h %p\n');
      },
      found: /ProxyCommand, which BenchTray does not run/,
      command: null,
    },
  ],
  ssh_port: [
    {
      what: 'no server on it',
      break: ({ vm }) => vm.killSshd(),
      found: /connection refused/,
      command: /^az vm run-command invoke .* --command-id RunShellScript --scripts 'systemctl status ssh'$/,
    },
    {
      what: 'a machine that hangs',
      break({ vm }) {
        vm.freeze(true);
      },
      found: /takes the connection and says nothing/,
      command: /^nc -vz -w 5 127\.0\.0\.1 \d+$/,
    },
    {
      what: 'a firewall',
      break: async (patient) => {
        patient.setSsh({ port: await deafPort() });
      },
      found: /no answer/,
      command: /^az network nsg rule create .* --nsg-name waa-eval-vmNSG .* --destination-port-ranges \d+ /,
    },
    {
      what: 'a name that nobody knows',
      break(patient) {
        unknownHost('vm.invalid');
        patient.setSsh({ host: 'vm.invalid' });
      },
      found: /the host name is not known/,
      command: /^nslookup vm\.invalid$/,
    },
  ],
  ssh_key: [
    {
      what: 'no such file',
      break(patient) {
        patient.setSsh({ privateKey: join(patient.home, 'none') });
      },
      found: /The key file \S+none does not exist/,
      command: /^ssh-keygen -t ed25519 -f \S+none$/,
    },
    {
      what: 'none of the usual ones',
      break(patient) {
        patient.setSsh({ privateKey: null });
      },
      found: /There is no private key .* Looked for: \S+id_ed25519/,
      command: /^ssh-keygen -t ed25519 -f \S+id_ed25519$/,
    },
    {
      what: 'one that cannot be read',
      break(patient) {
        // Root may read every file, and what leads in a circle not even root.
        const privateKey = join(patient.home, "it's a circle");
        symlinkSync(privateKey, privateKey);
        patient.setSsh({ privateKey });
      },
      found: /cannot be read \(ELOOP\)/,
      command: /^chmod 600 '\S+it'\\''s a circle'$/,
    },
    {
      what: 'a folder',
      break(patient) {
        patient.setSsh({ privateKey: join(patient.home, '.ssh') });
      },
      found: /\.ssh is a folder\./,
      command: null,
    },
    {
      what: 'a missing IdentityFile beside one that works',
      break(patient) {
        const none = join(patient.home, 'none');
        writeFileSync(
          join(patient.home, '.ssh', 'config'),
          `Host *\n  IdentityFile ${none}\n  IdentityFile ${patient.vm.keyPath}\n`,
        );
        patient.setSsh({ privateKey: null });
      },
      ...warned,
      found: /The key file \S+none does not exist\. BenchTray goes on/,
      command: /^ls -l \S+none$/,
    },
    {
      what: 'one that all can read',
      break({ vm }) {
        chmodSync(vm.keyPath, 0o644);
      },
      ...warned,
      found: /Others may read \S+ \(its mode is 644\)/,
      command: /^chmod 600 \S+id_ed25519$/,
    },
    {
      what: 'an encrypted one',
      break(patient) {
        const privateKey = join(patient.home, 'encrypted');
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', privateKey]);
        patient.setSsh({ privateKey });
      },
      found: /is encrypted and there is no passphrase/,
      command: /^ssh-add \S+encrypted$/,
    },
    {
      what: 'a public one',
      break(patient) {
        patient.setSsh({ privateKey: `${patient.vm.keyPath}.pub` });
      },
      found: /is a public key/,
      command: null,
    },
  ],
  ssh_login: [
    {
      what: 'a key that the VM does not know',
      break({ vm }) {
        writeFileSync(join(vm.dir, 'authorized_keys'), '');
      },
      found: /refused the login/,
      command: /^az vm user update .* -u \S+ --ssh-key-value \S+id_ed25519\.pub$/,
    },
    {
      what: 'the only one of the usual keys, as `az vm create` makes it',
      break(patient) {
        const { home, vm } = patient;
        writeFileSync(join(vm.dir, 'authorized_keys'), '');
        copyFileSync(vm.keyPath, join(home, '.ssh', 'id_rsa'));
        patient.setSsh({ privateKey: null });
      },
      found: /refused the login/,
      command: /^az vm user update .* --ssh-key-value \S+\/\.ssh\/id_rsa\.pub$/,
    },
    {
      what: 'a second factor after the key',
      async break({ vm }) {
        vm.setSshd(
          'AuthenticationMethods publickey,keyboard-interactive',
          'KbdInteractiveAuthentication yes',
        );
        await vm.killSshd();
        await vm.startSshd();
      },
      found: /accepted the key, but wants a second factor/,
      command: /^ssh -v /,
    },
    {
      what: 'a server that hangs up',
      break: async (patient) => {
        patient.setSsh({ port: await closingSshPort() });
      },
      found: /SSH connection failed/,
      command: /^ssh -v -p \d+ -i \S+id_ed25519 \S+@127\.0\.0\.1$/,
      // It has shown no key, which is nobody's fault.
      skipped: vmChecks.slice(vmChecks.indexOf('host_key')),
    },
    {
      what: 'no shell behind it',
      break({ vm }) {
        writeFileSync(join(vm.dir, 'authorized_keys'), '');
        vm.authorize(`command="false" ${vm.publicKey()}`);
      },
      found: /accepts the login, but ends every command/,
      command: /^ssh -v /,
    },
    {
      what: 'a forced command that waits',
      break({ vm }) {
        writeFileSync(join(vm.dir, 'authorized_keys'), '');
        vm.authorize(`command="cat >/dev/null" ${vm.publicKey()}`);
      },
      found: /accepts the login, but does not answer commands/,
      command: /^ssh -v /,
    },
    {
      what: 'one session only',
      async break({ vm }) {
        vm.setSshd('MaxSessions 1');
        await vm.killSshd();
        await vm.startSshd();
      },
      found: /allows one session only/,
      command: /sshd -T/,
    },
  ],
  host_key: [
    {
      what: 'another one than before',
      break: async ({ vm }) => {
        await vm.killSshd();
        vm.makeHostKey();
        await vm.startSshd();
      },
      found: /The host key of \S+ has changed: it is now SHA256:/,
      command: /^ssh-keygen -R '\[127\.0\.0\.1\]:\d+' -f \S+\/\.ssh\/known_hosts$/,
    },
    {
      what: 'another one than the pinned',
      break(patient) {
        patient.setSsh({ hostKey: `SHA256:${'A'.repeat(43)}` });
      },
      found: /is pinned in the configuration/,
      command: null,
      advice: /put the new fingerprint into "ssh\.hostKey"/,
    },
    {
      what: 'one that is revoked',
      break({ home, vm }) {
        writeFileSync(join(home, '.ssh', 'known_hosts'), `@revoked [127.0.0.1]:${vm.port} ${vm.hostKey()}\n`);
      },
      found: /is marked as revoked/,
      command: null,
      advice: /^Do not connect to this machine\.$/,
    },
    {
      what: 'one that nobody has seen before',
      break({ home }) {
        rmSync(join(home, '.ssh', 'known_hosts'));
      },
      ...warned,
      found: /^It is SHA256:\S{43}, seen for the first time\.$/,
      command: null,
    },
  ],
  docker: [
    {
      what: 'a user who may not',
      break({ vm }) {
        vm.failDocker('permission denied while trying to connect to the Docker daemon socket');
      },
      found: /may not use docker on the VM. permission denied/,
      command: /^ssh -t -p \d+ -i \S+ \S+@127\.0\.0\.1 'sudo usermod -aG docker \S+'$/,
    },
    {
      what: 'none there',
      break({ vm }) {
        vm.failDocker('sh: docker: not found', 127);
      },
      found: /There is no docker on the VM/,
      command: /'command -v docker'$/,
    },
    {
      what: 'a service that is down',
      break({ vm }) {
        vm.failDocker('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
      },
      found: /does not answer properly. Cannot connect/,
      command: /'sudo systemctl status docker'$/,
    },
  ],
  container: [
    {
      what: 'none there',
      break({ vm }) {
        vm.containerGone();
      },
      found: /There is no benchmark container on the VM/,
      command: /'docker ps -a'$/,
    },
    {
      what: 'none of that name',
      break(patient) {
        patient.config = { ...patient.config, container: 'windows' };
      },
      found: /There is no container "windows" on the VM/,
      command: /'docker ps -a'$/,
    },
    {
      what: 'one that has ended',
      break({ vm }) {
        vm.containerStops('Exited (1) 3 minutes ago', 1);
      },
      found: /winarena is not running \(Exited \(1\) 3 minutes ago\)\. Exit code 1/,
      command: /'docker logs --tail 50 winarena'$/,
    },
    {
      what: 'one in which nothing can be run',
      break({ vm }) {
        vm.lack('exec');
      },
      found: /winarena is up, but nothing can be run in it/,
      command: /'docker exec winarena sh -c true'$/,
    },
  ],
  kvm: [
    {
      what: 'no device',
      break({ vm }) {
        vm.lack('kvm');
      },
      found: /no \/dev\/kvm on the VM/,
      command: new RegExp(`^az vm resize ${azureWords.source} --size Standard_D4ds_v5$`),
    },
  ],
  disk: [
    {
      what: 'hardly any room',
      break({ vm }) {
        vm.setFreeSpace(200);
      },
      found: /The disk of the VM is full. \/: 200 MiB free/,
      command: / 'df -h'$/,
    },
  ],
  guest_address: [
    {
      what: 'a container without a network',
      break({ vm }) {
        vm.setProbe('refused');
        vm.containerSays(
          '❯ Warning: failed to setup NAT networking, falling back to user-mode networking!\n',
        );
      },
      found: /no network of its own: failed to setup NAT/,
      command: /'sudo modprobe -a tun ip_tables'$/,
    },
    {
      what: 'another one than is configured',
      break(patient) {
        patient.config = {
          ...patient.config,
          probe: { ...patient.config.probe, addresses: ['20.20.20.21'] },
        };
      },
      found: /"probe.addresses" is 20\.20\.20\.21, but the container tells of 172\.30\.0\.2/,
      command: null,
    },
  ],
  probe: [
    {
      what: 'nobody listens',
      break({ vm }) {
        vm.setProbe('refused');
      },
      found: /^Connection refused\.$/,
      command: /^ssh -N -L \d+:localhost:\d+ -p \d+ /,
    },
    {
      what: 'somebody else answers',
      break({ vm }) {
        vm.setProbe('{"status":"hello"}\nhttp 200\n');
      },
      found: /^Answers, but is not the benchmark server\.$/,
      command: /^ssh -N -L /,
    },
    {
      what: 'Windows is still being downloaded',
      break({ vm }) {
        vm.setProbe('refused');
        vm.setBootPage('<p class="loading">Downloading Windows 11 (45.3%)</p>');
      },
      found: /^Not yet: Downloading Windows 11 \(45\.3%\)/,
      command: /^ssh -N -L /,
    },
  ],
  vnc: [
    {
      what: 'seen on the VM only',
      break: async (patient) => {
        patient.config = { ...patient.config, vnc: { port: await freePort() } };
      },
      ...warned,
      found: /It answers on the VM, but not at http:\/\/127\.0\.0\.1:\d+\/ from here/,
      command: /^ssh -N -L /,
    },
    {
      what: 'not there',
      break: async (patient) => {
        patient.config = { ...patient.config, vnc: { port: await freePort() } };
        patient.vm.lack('vnc');
      },
      found: /nor on the VM itself/,
      command: /'docker ps'$/,
    },
  ],
  benchmark_process: [
    {
      what: 'none',
      break: async (patient) => {
        // On this machine only its process tells where the log of the benchmark is.
        setLog(patient, patient.vm.runLog);
        await patient.vm.stopRunner();
      },
      ...warned,
      found: /No benchmark process runs now/,
      command: /'docker exec winarena pgrep -f run\.py'$/,
    },
  ],
  log: [
    {
      what: 'none while a benchmark runs',
      break({ vm }) {
        rmSync(vm.runLog);
      },
      found: /A benchmark runs, but no log of it is found/,
      command: /'docker exec winarena ls -lt \/client\/results\/logs'$/,
    },
    {
      what: 'none of a benchmark that prints to a terminal',
      async break({ vm }) {
        rmSync(vm.runLog);
        await vm.stopRunner();
        await vm.startRunner({ output: await openTerminal() });
      },
      found: /A benchmark runs, but no log of it is found\. It prints to a terminal\.$/,
      command: /'docker exec winarena ls -lt \/client\/results\/logs'$/,
      advice: /start it with `> run\.log 2>&1`/,
    },
    {
      what: 'none of a benchmark that prints to another program',
      async break({ vm }) {
        rmSync(vm.runLog);
        await vm.stopRunner();
        await vm.startRunner({ output: '| cat' });
      },
      found: /A benchmark runs, but no log of it is found\. It prints to another program\.$/,
      command: /'docker exec winarena ls -lt \/client\/results\/logs'$/,
    },
    {
      what: 'a compressed one',
      break(patient) {
        const path = join(patient.vm.dir, 'run.log.gz');
        writeFileSync(path, gzipSync(readFileSync(patient.vm.runLog)));
        setLog(patient, path);
      },
      found: /it is compressed by gzip\.$/,
      command: /'ls -l \S+run\.log\.gz'$/,
    },
    {
      what: 'none under the configured name',
      break(patient) {
        setLog(patient, '/tmp/benchtray-none/x.log');
      },
      found: /\/tmp\/benchtray-none\/x\.log does not exist/,
      command: /'ls -l \/tmp\/benchtray-none\/x\.log'$/,
    },
    {
      what: 'one that cannot be read',
      break(patient) {
        setLog(patient, patient.vm.dir);
      },
      found: /cannot be read: .*directory/,
      command: /'ls -l \S+'$/,
    },
    {
      what: 'one of something else',
      break({ vm }) {
        writeFileSync(vm.runLog, 'GET /index.html 200\n'.repeat(50));
      },
      found: /it is of no kind that is known/,
      command: /'docker exec winarena head -n 20 \S+'$/,
    },
    {
      what: 'one that has only begun',
      break({ vm }) {
        writeFileSync(vm.runLog, 'Starting...\n');
      },
      ...warned,
      found: /only 1 lines so far/,
      command: /head -n 20/,
    },
  ],
  clock: [
    {
      what: 'a minute ahead',
      break({ vm }) {
        vm.setClock(60);
      },
      found: /^The clock of the VM is (59|60)\.\d s ahead of this machine's\.$/,
      command: /'sudo timedatectl set-ntp true'$/,
    },
    {
      what: 'a minute behind',
      break({ vm }) {
        vm.setClock(-60);
      },
      found: /^The clock of the VM is 6[01]\.\d s behind this machine's\.$/,
      command: /timedatectl/,
    },
  ],
};
