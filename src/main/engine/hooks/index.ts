/**
 * The room that tells others: programs and web addresses which the configuration names are called when something happens that
 * a person wants to hear of. It is a client of the feed: it hears what has been written, changes nothing, and holds nobody up,
 * whatever the programs and addresses do.
 */
export { startHooks, type Hooks, type HooksOptions, type HooksPart } from './hooks.ts';
