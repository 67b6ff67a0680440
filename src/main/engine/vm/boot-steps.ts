/** The steps of a start of dockur/windows: how its log and its page name them, and our own words for them. Pure. */
import type { Phase } from '../../../shared/stream.ts';

export interface BootStep {
  /** Null: the step is between two phases, so the phase stays. */
  readonly phase: Phase | null;
  /** For a person: without a full stop, version or path. */
  readonly words: string;
}

/** First match wins; `{name}` is what is downloaded. Wording of versions 1.x to 6.x; "Succesfully"/"succesfully" are dockur's own older spellings. */
const steps: readonly (readonly [pattern: RegExp, phase: Phase | null, words: string])[] = [
  [/Starting Windows for \S+ v\d/, 'starting', 'The container starts'],
  [/Requesting .* from (the )?Microsoft server/, 'downloading', 'Asking Microsoft for Windows'],
  [/Downloading (product information|(ESD )?catalog)/, 'downloading', 'Asking Microsoft for Windows'],
  [/Downloading /, 'downloading', 'Downloading {name}'],
  [/Download finished/, 'downloading', 'Windows is downloaded'],
  [/Verifying downloaded ISO|Succ?ess?fully verified/, 'downloading', 'Checking the downloaded image'],
  [/Extracting /, 'extracting', 'Extracting the Windows image'],
  [/Detecting version from|Detected: /, 'extracting', 'Reading the version of the Windows image'],
  [
    /Adding (drivers|OEM|win.*\.xml)|(Creating|Writing) overlay image/,
    'configuring',
    'Configuring the Windows image',
  ],
  [/Building .* image/, 'building', 'Building the Windows image'],
  [/Creating a \d+ ?G.* disk image/, 'building', 'Creating the disk of Windows'],
  [/Windows started succes+fully/, 'oobe', 'Windows is up, the benchmark server does not answer yet'],
  // 2.1x: "Booting Windows on a Intel Xeon … CPU", with the version of QEMU on the next line.
  [/Booting Windows |Booting .* using QEMU|BdsDxe: /, 'booting', 'Booting Windows'],
  [
    /sending ACPI shutdown signal|Waiting for Windows to shut ?down|Shutdown completed!/,
    'stopping',
    'Windows shuts down',
  ],
  // Only on the page.
  [/^Initializing |^Configuring (boot|QEMU)|^Checking memory/, null, 'Preparing the virtual machine'],
  [/^(Will retry|Retrying failed download) in /, null, 'Waiting to try again'],
];

/** "Downloading Windows 11 from dl.example.org...", "Downloading Windows Server 2022 (45.3%)" */
const downloadedName =
  /Downloading ((?:[A-Z][A-Za-z]* ?){1,3}(?:[\d.]+\w{0,4})?(?: [A-Z]+)?)(?:\.\.\.| from | \()/;

/** Returns the step that a text of the log or of the page names; null: none. */
export function bootStepOf(text: string): BootStep | null {
  const found = steps.find(([pattern]) => pattern.test(text));
  if (found === undefined) return null;
  const name = downloadedName.exec(text)?.[1] ?? 'Windows';
  return { phase: found[1], words: found[2].replace('{name}', name.trim()) };
}
