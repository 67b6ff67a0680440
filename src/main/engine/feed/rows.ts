/** Typed results of the journal's statements. */
import type { SQLInputValue, StatementSync } from 'node:sqlite';

export function allRows<Row>(statement: StatementSync, ...parameters: SQLInputValue[]): Row[] {
  return statement.all(...parameters) as unknown as Row[];
}

/** Returns the column `value` of the only row; null without a row. */
export function valueOf(statement: StatementSync, ...parameters: SQLInputValue[]): number | null {
  const row = statement.get(...parameters);
  return row === undefined ? null : Number(row['value']);
}

/** Returns the values in the column `record`, which holds JSON. */
export function records<Value>(statement: StatementSync, ...parameters: SQLInputValue[]): Value[] {
  return allRows<{ record: string }>(statement, ...parameters).map(
    ({ record }) => JSON.parse(record) as Value,
  );
}
