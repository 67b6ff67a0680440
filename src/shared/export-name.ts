/** What a run can be saved as: its tasks, or a report that a browser opens. */
export const exportFormats = ['csv', 'json', 'report'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Returns where a file with the tasks or the report of a run is, from the root of the server. */
export function exportPath(runId: string, format: ExportFormat): string {
  const run = `/api/runs/${encodeURIComponent(runId)}`;
  return format === 'report' ? `${run}/report` : `${run}/tasks?format=${format}`;
}

/** Returns the name of a file with the tasks or the report of a run. Ids come from logs, so they may hold what no file name can. */
export function exportName(runId: string, format: ExportFormat): string {
  return `${runId.replace(/[^\w.-]+/g, '-').slice(0, 150)}.${format === 'report' ? 'html' : format}`;
}
