/** The engine's events: containers that are created, start, stop or are removed. */
import type { DockerCommand } from './docker-commands.ts';

export interface ContainerEvent {
  /** "start", "die" (podman: "died"), "oom", "destroy" (podman: "remove"), … */
  readonly action: string;
  /** Empty, as the image: the engine reports only the id (nerdctl). */
  readonly name: string;
  readonly id: string;
  readonly image: string;
}

/** Request words for {@link OwnShellChannel.listen}. */
export function eventsCommand(docker: DockerCommand): string[] {
  return ['container_events', docker];
}

/**
 * Reads one line. Docker: `{"Action":"start","Actor":{"ID":…,"Attributes":{"image":…,"name":…}},…}`; podman:
 * `{"ID":…,"Image":…,"Name":…,"Status":"start",…}`; nerdctl: `{"ID":…,"Topic":"/tasks/start","Status":"start","Event":"{…}"}`. Null:
 * something happened, but the line does not say to which container.
 */
export function readEvent(line: string): ContainerEvent | null {
  try {
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const actor = (event['Actor'] ?? {}) as Readonly<Record<string, unknown>>;
    const attributes = (actor['Attributes'] ?? {}) as Readonly<Record<string, unknown>>;
    const action = text(event['Action'] ?? event['Status'] ?? event['status']);
    const name = text(event['Name'] ?? attributes['name']);
    const id = text(event['ID'] ?? actor['ID'] ?? event['id']);
    const image = text(event['Image'] ?? attributes['image'] ?? event['from']);
    const isNamed = name !== '' || text(event['Topic']) !== '';
    return action === '' || !isNamed || id === '' ? null : { action, name, id, image };
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
