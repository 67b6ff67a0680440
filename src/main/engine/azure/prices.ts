/**
 * What a VM costs an hour, by its size. Azure's list prices differ by region and change; these are the figures that the tools of the
 * people who run these benchmarks have written down (January 2026): the README of Windows Agent Arena for D8_v3, openadapt-ml and
 * openadapt-evals (`azure_vm.py`, `vm_monitor.py`) for the others, for Linux, paid by use, in regions of the USA. None was checked
 * against a bill: "pricePerHour" in the configuration says better.
 */

/** US dollars, by size without "Standard_" and in lower case. */
const usdPerHour: Readonly<Record<string, number>> = {
  d2_v3: 0.096,
  d4_v3: 0.192,
  d8_v3: 0.384,
  d4ds_v5: 0.192,
  d8ds_v5: 0.38,
  d8s_v5: 0.36,
  d8ds_v4: 0.38,
  d8as_v5: 0.34,
  d16ds_v5: 0.768,
  d32ds_v5: 1.536,
};

/** US dollars; null for a size that the table does not know. @param size "Standard_D4ds_v5" */
export function pricePerHour(size: string | null): number | null {
  if (size === null) return null;
  const key = size.toLowerCase().replace(/^standard_/, '');
  return Object.hasOwn(usdPerHour, key) ? (usdPerHour[key] ?? null) : null;
}
