/** One stream for every tab of a browser: HTTP/1.1 leaves a browser six connections to a server, in all its tabs together. */
import type { StreamMessage } from '../../shared/stream-message.ts';
import type { StreamClient, StreamClientOptions } from './stream-client.ts';

/** A message from a page to the hub. */
export type PageCall = 'join' | 'restart' | 'leave';

/** Messages that came at the same time. */
interface Heard {
  readonly messages: readonly StreamMessage[];
  readonly heardAtMs: number;
}

/** A message from the hub to a page. */
export type HubNews =
  | ({ readonly kind: 'messages' } & Heard)
  /** All that a page needs when it joins, in one message: in several, the page would show each step. */
  | { readonly kind: 'picture'; readonly parts: readonly Heard[] }
  | { readonly kind: 'lost' }
  /** The answer to every call: the hub is there. */
  | { readonly kind: 'alive' };

/** The hub's end of the channel to one page. */
export interface PagePort {
  postMessage(news: HubNews): void;
}

export interface StreamHub {
  take(port: PagePort, call: PageCall): void;
}

/** All pages notice a silent stream at about the same time. */
const restartEveryMs = 5000;

/** @param open opens the stream that the pages share */
export function createStreamHub(
  open: (handlers: Pick<StreamClientOptions, 'onMessages' | 'onLost'>) => StreamClient,
  now: () => number = () => Date.now(),
): StreamHub {
  const ports = new Set<PagePort>();
  let stream: StreamClient | null = null;
  let picture = newPicture();
  let isLost = false;
  let restartedAtMs = Number.NEGATIVE_INFINITY;

  function tell(news: HubNews): void {
    for (const port of ports) port.postMessage(news);
  }

  function onMessages(messages: readonly StreamMessage[], heardAtMs: number): void {
    isLost = false;
    for (const message of messages) picture = withMessage(picture, message, heardAtMs);
    tell({ kind: 'messages', messages, heardAtMs });
  }

  function onLost(): void {
    isLost = true;
    tell({ kind: 'lost' });
  }

  function join(port: PagePort): void {
    if (stream === null) {
      ports.add(port);
      stream = open({ onMessages, onLost });
      return;
    }
    if (picture.connected !== null) port.postMessage({ kind: 'picture', parts: partsOf(picture) });
    if (isLost) port.postMessage({ kind: 'lost' });
    ports.add(port);
  }

  function leave(port: PagePort): void {
    ports.delete(port);
    if (ports.size > 0) return;
    stream?.close();
    stream = null;
    picture = newPicture();
    isLost = false;
  }

  function restart(): void {
    if (now() - Math.max(restartedAtMs, picture.heardAtMs) < restartEveryMs) return;
    restartedAtMs = now();
    stream?.restartIfSilent();
  }

  return {
    take(port, call) {
      if (call === 'leave') {
        leave(port);
        return;
      }
      port.postMessage({ kind: 'alive' });
      if (call === 'join') join(port);
      else restart();
    },
  };
}

/** The newest snapshots, which a page that joins later needs. */
interface Picture {
  readonly connected: Extract<StreamMessage, { event: 'connected' }> | null;
  /** When `connected` was heard: pages compare the server's clock with it. */
  readonly connectedAtMs: number;
  readonly heardAtMs: number;
  readonly vms: Extract<StreamMessage, { event: 'vms' }> | null;
  /** By event and VM. */
  readonly snapshots: ReadonlyMap<string, Extract<StreamMessage, { event: 'status' | 'progress' }>>;
}

function newPicture(): Picture {
  return {
    connected: null,
    connectedAtMs: 0,
    heardAtMs: Number.NEGATIVE_INFINITY,
    vms: null,
    snapshots: new Map(),
  };
}

function withMessage(picture: Picture, message: StreamMessage, heardAtMs: number): Picture {
  switch (message.event) {
    case 'connected':
      // The list of VMs and their snapshots follow.
      return { ...newPicture(), connected: message, connectedAtMs: heardAtMs, heardAtMs };
    case 'vms': {
      const names = new Set(message.data.vms.map(({ name }) => name));
      const known = [...picture.snapshots].filter(([, { data }]) => names.has(data.vm));
      return { ...picture, heardAtMs, vms: message, snapshots: new Map(known) };
    }
    case 'status':
    case 'progress': {
      const key = `${message.event} ${message.data.vm}`;
      return { ...picture, heardAtMs, snapshots: new Map(picture.snapshots).set(key, message) };
    }
    default:
      // In the history, which every page reads for itself.
      return { ...picture, heardAtMs };
  }
}

function partsOf({ connected, connectedAtMs, heardAtMs, vms, snapshots }: Picture): readonly Heard[] {
  return [
    { messages: connected === null ? [] : [connected], heardAtMs: connectedAtMs },
    { messages: [...(vms === null ? [] : [vms]), ...snapshots.values()], heardAtMs },
  ];
}
