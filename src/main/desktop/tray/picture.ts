/** What the tray knows, folded from what the stream said. */
import { stateCodes, type StreamEvent } from '../../../shared/stream.ts';
import type { TrayInput, TrayLink, TrayPicture } from './model.ts';

export const initialTrayPicture: TrayPicture = {
  link: { kind: 'connecting' },
  statuses: new Map(),
  runs: new Map(),
  errors: new Map(),
  attachedTo: null,
  pause: { kind: 'off' },
};

const lasting: ReadonlySet<string> = new Set(stateCodes);

export function pictureAfter(picture: TrayPicture, input: TrayInput, nowMs: number): TrayPicture {
  switch (input.kind) {
    case 'stream':
      return afterEvent(picture, input.event);
    case 'link':
      return { ...picture, link: afterLink(picture.link, input.up, nowMs) };
    case 'attached':
      return { ...picture, attachedTo: input.address };
    case 'pause':
      return { ...picture, pause: input.pause };
    case 'vms': {
      const names = new Set(input.names);
      return {
        ...picture,
        statuses: new Map([...picture.statuses].filter(([name]) => names.has(name))),
        runs: new Map([...picture.runs].filter(([name]) => names.has(name))),
        errors: new Map([...picture.errors].filter(([, { vm }]) => names.has(vm))),
      };
    }
    case 'open-errors':
      return { ...picture, errors: new Map(input.errors.map((error) => [keyOf(error), error])) };
  }
}

function afterEvent(picture: TrayPicture, event: StreamEvent): TrayPicture {
  switch (event.type) {
    case 'connected': {
      const link = { kind: 'up' } as const;
      // What was open may be over without our having been told, and would then never be.
      return event.data.gap === true ? { ...picture, link, errors: new Map() } : { ...picture, link };
    }
    case 'status':
      return { ...picture, statuses: new Map(picture.statuses).set(event.data.vm, event.data) };
    case 'progress':
      return { ...picture, runs: new Map(picture.runs).set(event.data.vm, event.data) };
    case 'error':
      // What happens once has no end: a crash shows as the run's state, the rest is for a notification.
      if (!lasting.has(event.data.code)) return picture;
      return { ...picture, errors: new Map(picture.errors).set(keyOf(event.data), event.data) };
    case 'recovered': {
      const errors = new Map(picture.errors);
      errors.delete(keyOf(event.data));
      return { ...picture, errors };
    }
    case 'task_complete':
      return picture;
  }
}

function afterLink(link: TrayLink, up: boolean, nowMs: number): TrayLink {
  if (up) return { kind: 'up' };
  return link.kind === 'up' ? { kind: 'lost', sinceMs: nowMs } : link;
}

function keyOf({ vm, code }: { readonly vm: string; readonly code: string }): string {
  return `${code} ${vm}`;
}
