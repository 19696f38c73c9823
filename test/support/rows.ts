/** Rows that were billed as written since counting began. */
export interface RowsWritten {
  /** By objects, their alarms and deletions included. */
  object: number;
  d1: number;
  /** Alarms set, which are among the rows of objects. */
  alarms: number;
}
