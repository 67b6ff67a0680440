/** Values that a person has typed over those of the configuration, and that are not saved. Pure. */
import type { SettingChangeSet, SettingValues } from '../../../shared/settings.ts';

export type SettingKey = {
  [Group in keyof SettingValues]: `${Group}.${keyof SettingValues[Group] & string}`;
}[keyof SettingValues];

/** By key of the configuration. */
export type Edits = ReadonlyMap<SettingKey, Edit>;

export const noEdits: Edits = new Map();

export interface Edit {
  /** As it was typed: of a number, the text. */
  readonly typed: unknown;
  /** The value that was typed over. */
  readonly over: unknown;
}

/** Returns the text shown for a key: the typed one, else the value. */
export function shownValue(values: SettingValues, edits: Edits, key: SettingKey): unknown {
  const edit = edits.get(key);
  return edit === undefined ? savedValue(values, key) : edit.typed;
}

export function savedValue(values: SettingValues, key: SettingKey): unknown {
  const [group, name] = partsOf(key);
  return (values[group] as Readonly<Record<string, unknown>>)[name];
}

/** Returns the edits with one more. A value that is typed back is no edit. */
export function withEdit(values: SettingValues, edits: Edits, key: SettingKey, typed: unknown): Edits {
  const next = new Map(edits);
  const saved = savedValue(values, key);
  if (isSame(meant(saved, typed), saved)) next.delete(key);
  else next.set(key, { typed, over: edits.get(key)?.over ?? saved });
  return next;
}

/** Returns the edits that differ from the values, which were read again. */
export function withoutSaved(values: SettingValues, edits: Edits): Edits {
  return new Map(
    [...edits].filter(([key, { typed }]) => {
      const saved = savedValue(values, key);
      return !isSame(meant(saved, typed), saved);
    }),
  );
}

/** Returns whether somebody else has changed the value that was typed over. */
export function isOvertaken(values: SettingValues, edits: Edits, key: SettingKey): boolean {
  const edit = edits.get(key);
  return edit !== undefined && !isSame(edit.over, savedValue(values, key));
}

/** Returns what is sent to have the edits saved. */
export function changesOf(values: SettingValues, edits: Edits): SettingChangeSet['values'] {
  const changes: Record<string, Record<string, unknown>> = {};
  for (const [key, { typed }] of edits) {
    const [group, name] = partsOf(key);
    changes[group] = { ...changes[group], [name]: meant(savedValue(values, key), typed) };
  }
  return changes;
}

/** A typed number as one. Other text is sent as it is: the server says what it expects. */
function meant(saved: unknown, typed: unknown): unknown {
  return typeof saved === 'number' ? (typedNumber(typed) ?? typed) : typed;
}

/** Returns a typed number; null: it is none. "1,000" may be a thousand or one, so it is none. */
export function typedNumber(typed: unknown): number | null {
  if (typeof typed === 'number') return typed;
  const text = String(typed).trim();
  const isGrouped = /^[1-9]\d{0,2}[.,]\d{3}$/.test(text);
  return !isGrouped && /^\d+(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : null;
}

function partsOf(key: SettingKey): readonly [group: keyof SettingValues, name: string] {
  const [group = '', name = ''] = key.split('.');
  return [group as keyof SettingValues, name];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
