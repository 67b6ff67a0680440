/** nginx and Caddy as the documentation sets them up, on free ports, with everything that they write in one folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { caddyPath, nginxPath } from './tools.ts';
import { Hopeless, until } from './wait.ts';
import { freePort } from './free-port.ts';

export type ProxyKind = 'nginx' | 'caddy';

export interface ProxyPlan {
  /** A folder of its own, with `proxy.pem` and `proxy-key.pem` in it. */
  readonly folder: string;
  /** Addresses to listen on, besides 127.0.0.1. */
  readonly alsoOn: readonly string[];
  /** What of the documentation's block stands for something else here. */
  readonly replace: Readonly<Record<string, string>>;
}

export interface Proxy {
  readonly port: number;
  /** What nginx has written about requests. */
  readonly accessLog: () => string;
  stop(): Promise<void>;
}

const guide = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');

/** The blocks of code in the documentation, of this kind, in order. */
function documentedBlocks(language: 'nginx' | 'caddyfile'): readonly string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code = '']) => code,
  );
}

/** @param hasTlsBehind the proxy speaks TLS to the server, too: the second block of the documentation */
export async function startProxy(kind: ProxyKind, hasTlsBehind: boolean, plan: ProxyPlan): Promise<Proxy> {
  const port = await freePort();
  const { folder } = plan;
  const text = kind === 'nginx' ? nginxText(hasTlsBehind, port, plan) : caddyText(hasTlsBehind, port, plan);
  const file = join(folder, kind === 'nginx' ? 'nginx.conf' : 'Caddyfile');
  writeFileSync(file, replaceAll(text, plan.replace));
  const program = (kind === 'nginx' ? nginxPath : caddyPath) ?? '';
  const words =
    kind === 'nginx'
      ? ['-p', folder, '-c', file, '-e', join(folder, 'error.log')]
      : ['run', '--config', file, '--adapter', 'caddyfile'];
  const child = spawn(program, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (complaints += part));
  const gone = once(child, 'exit');
  await until(() => {
    if (child.exitCode !== null) throw new Hopeless(`${kind} has exited: ${complaints}`);
    return isOpen(port);
  }, `${kind} listens`).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${kind} does not listen: ${complaints}`, { cause: error });
  });
  return {
    port,
    accessLog: () => readFileSync(join(folder, 'access.log'), 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function nginxText(hasTlsBehind: boolean, port: number, { folder, alsoOn }: ProxyPlan): string {
  const [server = '', location = ''] = documentedBlocks('nginx');
  const [, format] = /# in http \{ \}: (log_format .*;)/.exec(server) ?? [];
  if (format === undefined || !location.includes('proxy_ssl_verify on;'))
    throw new Error('docs/operating.md has other blocks for nginx');
  const listen = ['127.0.0.1', ...alsoOn].map((address) => `listen ${address}:${port} ssl;`).join('\n');
  const block = (hasTlsBehind ? server.replace(/^ {2}location \/ \{.*?^ {2}\}\n/ms, location) : server)
    .replace('listen 443 ssl;', listen)
    .replace('/var/log/nginx/bench.log', join(folder, 'access.log'));
  const ownFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => {
    mkdirSync(join(folder, name));
    return `${name}_temp_path ${join(folder, name)};`;
  });
  return [
    'daemon off;',
    ...(process.getuid?.() === 0 ? ['user root;'] : []),
    `pid ${join(folder, 'nginx.pid')};`,
    'events {}',
    'http {',
    ...ownFolders,
    format,
    block,
    '}\n',
  ].join('\n');
}

function caddyText(hasTlsBehind: boolean, port: number, { folder, alsoOn }: ProxyPlan): string {
  const block = documentedBlocks('caddyfile')[hasTlsBehind ? 1 : 0] ?? '';
  if (block.includes('tls_trusted_ca_certs') !== hasTlsBehind)
    throw new Error('docs/operating.md has other blocks for Caddy');
  // Without its administration on a port of its own, and without asking for a certificate.
  const ours = [
    `bind ${['127.0.0.1', ...alsoOn].join(' ')}`,
    `tls ${join(folder, 'proxy.pem')} ${join(folder, 'proxy-key.pem')}`,
  ];
  return [
    '{\n  admin off\n  auto_https disable_redirects\n}',
    block.replace(/^(\S+) \{$/m, (_, name: string) => [`${name}:${port} {`, ...ours].join('\n  ')),
  ].join('\n');
}

function replaceAll(text: string, replace: Readonly<Record<string, string>>): string {
  return Object.entries(replace).reduce((result, [from, to]) => result.replaceAll(from, to), text);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', tell(true)).on('error', tell(false));
  });
}
