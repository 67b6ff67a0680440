/** The text of the configuration with one more VM in it. Pure. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { z } from 'zod';
import { insertLast, layoutOf } from './insert-last.ts';
import type { vmSchema } from './schema-vm.ts';
import { emptyConfig } from './with-values.ts';

/** A VM as it is written down: what is left out has its default. */
export type VmEntry = z.input<typeof vmSchema>;

/**
 * Everything else in it stays as it is: comments, order, layout.
 * @param text JSON with comments that the schema accepts; null: there is no file yet
 */
export function withVm(text: string | null, vm: VmEntry): string {
  if (text === null) return withVm(emptyConfig, vm);
  // jsonc-parser counts it as a character of the text, and does not know it.
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const source = text.slice(mark.length);
  const root = parseTree(source, [], { allowTrailingComma: true });
  if (root?.type !== 'object') throw new Error('The configuration is no group of keys.');
  const layout = layoutOf(source);
  const vms = findNodeAtLocation(root, ['vms']);
  const changed =
    vms === undefined
      ? insertLast(source, root, { label: '"vms": ', value: [vm] }, layout)
      : insertLast(source, vms, { label: '', value: vm }, layout);
  return mark + changed;
}
