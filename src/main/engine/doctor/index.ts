/**
 * This room finds out what is wrong: one table of checks, each with what was found, why it matters and what to do about it. It looks at a
 * VM by the same means as the watcher does and judges by the same rules, over one SSH connection, and changes nothing, here or there.
 * A VM need not be configured to be looked at.
 */
export { checks } from './checks/index.ts';
export type { Check, Configuration, DoctorReport, House, RemedyWords } from './model.ts';
export { checkNames, type CheckName } from './names.ts';
export { runDoctor, type DoctorOptions } from './run-doctor.ts';
export type { DoctorTools } from './vm-facts.ts';
export { troubleshooting } from './troubleshooting.ts';
