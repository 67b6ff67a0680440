/**
 * This room knows Azure, and only reads there: whether a VM runs and since when, where it is, what it costs, and why Azure does not say.
 * It starts, stops and changes nothing. The packages of Azure are loaded when it is asked for the first time.
 */
export { createAzure, type Azure, type AzureLimits, type AzureOptions } from './azure.ts';
export { costSoFar, costUsd, isBilled, type CostSoFar } from './billing.ts';
export type { AzureAnswer, AzureFacts, AzureProblem, AzureProblemKind, AzureVmName } from './model.ts';
export { pricePerHour } from './prices.ts';
export { watchAzureVm, type AzureVmWatch, type AzureVmWatchOptions } from './watch-vm.ts';
