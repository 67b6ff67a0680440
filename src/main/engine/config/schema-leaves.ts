/** The kinds of values that the configuration is made of. Every one is given the noun phrase that says what was expected. */
import { isIP } from 'node:net';
import { z } from 'zod';

export const integer = (min: number, max: number, expected: string) =>
  z.int(expected).min(min, expected).max(max, expected);
export const decimal = (min: number, max: number, expected: string) =>
  z.number(expected).min(min, expected).max(max, expected);
export const text = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);
export const yesOrNo = () => z.boolean('true or false');
export const list = <Item extends z.ZodType>(item: Item, expected: string) => z.array(item, expected);
/** A group of keys that may be left out as a whole: every key in it has a default. */
export const group = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, 'a group of keys in { }');

export const port = () => integer(1, 65535, 'a port number from 1 to 65535');
export const localPath = (what: string) =>
  text(/^[^\0]+$/, what).regex(/^(?!~[^/\\])/, 'a whole path, since "~" is the home folder of nobody else');
export const nonEmpty = (what: string) => text(/\S/, what);
/** Lets a rule over several keys run also where other keys are wrong, so that every problem is told at once. */
export const isReadable = (payload: { readonly value: unknown }) =>
  typeof payload.value === 'object' && payload.value !== null;
export const isPresent = (value: unknown) => value !== null && value !== undefined;

/** Addresses and names end up in commands on the VM, so that only harmless characters are let through. */
export const hostText = (what: string) => text(/^[A-Za-z0-9_:[][A-Za-z0-9._:%[\]-]*$/, what);
export const remotePath = (what: string) => text(/^(?:(?:container:)?\/|~\/)[^\0\r\n]*$/, what);

export const addressRange = (what: string) => z.string(what).refine(isAddressRange, what);

/** "10.1.2.3", "10.0.0.0/8", "fd00::/8" */
function isAddressRange(range: string): boolean {
  const [address = '', bits, ...more] = range.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
