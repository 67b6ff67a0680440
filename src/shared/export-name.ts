/** The files that a run can be saved as: its tasks, a report that a browser opens, its log. */
export const exportFormats = ['csv', 'json', 'report', 'log'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Returns where such a file is, from the root of the server. */
export function exportPath(runId: string, format: ExportFormat): string {
  const run = `/api/runs/${encodeURIComponent(runId)}`;
  if (format === 'report') return `${run}/report`;
  return format === 'log' ? `${run}/log?format=file` : `${run}/tasks?format=${format}`;
}

/** Returns the name of such a file. Ids come from logs, so they may hold what no file name can. */
export function exportName(runId: string, format: ExportFormat): string {
  return `${runId.replace(/[^\w.-]+/g, '-').slice(0, 150)}.${format === 'report' ? 'html' : format}`;
}
