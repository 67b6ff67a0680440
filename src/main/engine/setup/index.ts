/**
 * The room that sets up a VM for the page: what it may be chosen from, whether it can be reached, and writing it down. The server asks
 * it, and it asks the configuration, the cloud and the doctor. It also has the demo: a simulated VM that stands in no file.
 */
export { createDemoSwitch, demoVmName, type DemoSwitch, type StartDemoVm } from './demo-switch.ts';
export { createSetup, type ListAzureVms, type SetupOptions, type TestVm } from './desk.ts';
export { createSettingsDesk, type SettingsDeskOptions } from './settings-desk.ts';
