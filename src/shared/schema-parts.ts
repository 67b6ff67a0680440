/** Forms that the schemas of the stream, of the answers and of the settings share. */
import { z } from 'zod';
import { runOutcomes } from './stream-words.ts';

/** The type of what is sent in this form, and never changed afterwards. */
export type Shown<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;
type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export const time = z.iso.datetime();
export const count = z.int().nonnegative();
export const runState = z.enum(runOutcomes);
