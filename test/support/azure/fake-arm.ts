/**
 * A stand-in for Azure on loopback, over TLS: Azure Resource Manager as far as BenchTray asks it, and the token endpoints of Entra ID.
 * Shapes after https://learn.microsoft.com/rest/api/compute/virtual-machines, …/rest/api/virtualnetwork, …/rest/api/monitor/activity-logs,
 * …/rest/api/resources/subscriptions/list.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { AzureConfig } from '../../../src/main/engine/config/index.ts';
import { makeCertificate } from '../certificate.ts';
import { createFakeEntra, isEntra, type EntraError } from './fake-entra.ts';
import { idOf, statusesOf, subscriptionId, vmBody, type FakeVm } from './fake-vm.ts';

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON where it is neither text nor bytes. */
  readonly body?: unknown;
  /** No answer at all, until the client gives up. */
  readonly silent?: boolean;
}

export interface FakeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly token: string | null;
  readonly at: number;
}

export interface FakeActivity {
  readonly operation: string;
  readonly status: string;
  readonly time: string;
}

export interface FakeArm {
  readonly url: string;
  /** PEM of its certificate. */
  readonly certificate: string;
  readonly requests: readonly FakeRequest[];
  /** Those for VMs themselves: one for each look. */
  looks(): readonly FakeRequest[];
  putVm(vm?: Partial<FakeVm>): AzureConfig;
  changeVm(name: string, change: Partial<FakeVm>): void;
  removeVm(name: string): void;
  setSubscriptions(
    subscriptions: readonly { readonly id: string; readonly name: string; readonly state?: string }[],
  ): void;
  setActivity(events: readonly FakeActivity[]): void;
  /** Answers paths that match by this, so many times, before anything else. */
  answer(path: RegExp, answer: FakeAnswer, times?: number): void;
  /** Back to answering properly. */
  answerProperly(): void;
  /** From now on only this token is taken; null: any that begins with "token". */
  acceptOnly(token: string | null): void;
  /** What Entra ID says; null: it gives tokens. */
  refuseSignIn(error: EntraError | null): void;
  /** The person enters the code. */
  enterCode(): void;
  close(): Promise<void>;
}

const pageSize = 2;
/** One for all: of two of the same name, a client that trusts both takes the wrong one. */
const { cert, key } = makeCertificate();

export async function startFakeArm(): Promise<FakeArm> {
  const vms = new Map<string, FakeVm>();
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const special: { path: RegExp; answer: FakeAnswer; left: number }[] = [];
  let subscriptions: readonly { id: string; name: string; state?: string }[] = [
    { id: subscriptionId, name: 'Benchmarks' },
  ];
  let activity: readonly FakeActivity[] = [];
  let accepted: string | null = null;

  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url ?? '/';
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
    requests.push({ method: request.method ?? '', path, token, at: Date.now() });
    const found = special.find((one) => one.left > 0 && one.path.test(path));
    if (found !== undefined) {
      found.left -= 1;
      send(response, found.answer);
      return;
    }
    if (isEntra(path)) {
      entra.answer(request, path, (answer) => send(response, answer));
      return;
    }
    send(response, token !== null && isAccepted(token) ? arm(path) : unauthorized);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;

  const entra = createFakeEntra(url);

  const isAccepted = (token: string): boolean =>
    accepted === null ? token.startsWith('token') : token === accepted;

  function send(response: ServerResponse, { status = 200, headers, body, silent }: FakeAnswer): void {
    if (silent === true) return;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
    response.end(isWhole ? body : JSON.stringify(body ?? {}));
  }

  /** /subscriptions/S/resourceGroups/R/providers/P/type/name */
  function arm(path: string): FakeAnswer {
    const { pathname, searchParams } = new URL(path, url);
    if (!searchParams.has('api-version'))
      return failure(400, 'MissingApiVersionParameter', 'No api-version.');
    const page = Number(searchParams.get('page') ?? 0);
    if (pathname === '/subscriptions')
      return paged(
        '/subscriptions',
        page,
        subscriptions.map(({ id, name, state = 'Enabled' }) => ({
          ...{ subscriptionId: id, displayName: name, state },
        })),
      );
    const [, , subscription = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    if (!subscriptions.some(({ id }) => id === subscription))
      return failure(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
    const own = [...vms.values()].filter((vm) => vm.subscriptionId === subscription);
    if (rest[1] === 'Microsoft.Insights')
      return {
        body: {
          value: activity.map(({ operation, status, time }) => ({
            ...{ operationName: { value: operation }, status: { value: status }, eventTimestamp: time },
          })),
        },
      };
    if (rest[0] === 'providers')
      return paged(`/subscriptions/${subscription}/${rest.join('/')}`, page, own.map(vmBody));
    const [, group = '', , , type, name = ''] = rest;
    if (!own.some((vm) => vm.resourceGroup.toLowerCase() === group.toLowerCase()))
      return failure(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
    const vm = own.find((one) => [one.name, `${one.name}-nic`, `${one.name}-ip`].includes(name));
    if (vm === undefined)
      return failure(404, 'ResourceNotFound', `The Resource 'Microsoft.Compute/${name}' was not found.`);
    if (type === 'networkInterfaces')
      return {
        body: {
          properties: {
            ipConfigurations: [
              {
                properties: {
                  primary: true,
                  privateIPAddress: '10.0.0.4',
                  ...(vm.hasPublicAddress
                    ? {
                        publicIPAddress: {
                          id: idOf(vm, 'Microsoft.Network/publicIPAddresses', `${vm.name}-ip`),
                        },
                      }
                    : {}),
                },
              },
            ],
          },
        },
      };
    if (type === 'publicIPAddresses')
      return { body: { properties: vm.address === null ? {} : { ipAddress: vm.address } } };
    const body = vmBody(vm);
    const isWhole = searchParams.get('$expand') === 'instanceView';
    return {
      body: isWhole
        ? { ...body, properties: { ...body.properties, instanceView: { statuses: vm.statuses } } }
        : body,
    };
  }

  function paged(path: string, page: number, items: readonly unknown[]): FakeAnswer {
    const value = items.slice(page * pageSize, (page + 1) * pageSize);
    const isLast = (page + 1) * pageSize >= items.length;
    const nextLink = `${url}${path}?api-version=2022-12-01&page=${page + 1}`;
    return { body: isLast ? { value } : { value, nextLink } };
  }

  return {
    url,
    certificate: cert,
    requests,
    looks: () => requests.filter(({ path }) => /\/virtualMachines\/[^/?]+\?/.test(path)),
    putVm(change = {}) {
      const vm: FakeVm = {
        ...{ subscriptionId, resourceGroup: 'openadapt-agents', name: 'waa-eval-vm' },
        ...{ size: 'Standard_D4ds_v5', location: 'westus2', statuses: statusesOf('running') },
        ...{ address: '127.0.0.1', hasPublicAddress: true, vmId: '0f0f0f0f-1111-2222-3333-444444444444' },
        ...{ priority: null, timeCreated: '2026-01-20T08:00:00.000Z' },
        ...change,
      };
      vms.set(vm.name, vm);
      const { subscriptionId: subscription, resourceGroup, name } = vm;
      return { subscriptionId: subscription, resourceGroup, vmName: name, cloud: 'public' };
    },
    changeVm(name, change) {
      const vm = vms.get(name);
      if (vm === undefined) throw new Error(`the fake has no VM ${name}`);
      vms.set(name, { ...vm, ...change });
    },
    removeVm: (name) => void vms.delete(name),
    setSubscriptions: (next) => void (subscriptions = next),
    setActivity: (events) => void (activity = events),
    answer: (path, answer, times = Number.POSITIVE_INFINITY) =>
      void special.push({ path, answer, left: times }),
    answerProperly: () => void special.splice(0),
    acceptOnly: (token) => void (accepted = token),
    refuseSignIn: (error) => entra.refuse(error),
    enterCode: () => entra.enterCode(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      // Also those that are still about to speak TLS.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** As Azure words its errors. */
export function failure(status: number, code: string, message: string): FakeAnswer {
  return { status, body: { error: { code, message } } };
}

const unauthorized: FakeAnswer = {
  ...failure(401, 'AuthenticationFailed', 'Authentication failed.'),
  headers: { 'www-authenticate': 'Bearer authorization_uri="https://login.windows.net/t"' },
};
