/**
 * This room writes the report of a run: one HTML file that a person can send to another. It knows neither HTTP nor where the data comes
 * from; it reads nothing but what it is given.
 */
export type { KeptPictures, ReportFacts, ReportInput } from './input.ts';
export { reportPolicy, writeReport } from './report.ts';
