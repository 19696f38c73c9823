/** A device's connection to its push service. */
export interface PushLink {
  /** From now on messages wait for the device, or expire, or replace each other, as if it were switched off. */
  offline(): void;
  /** What has waited arrives at once. */
  online(): void;
  /** Breaks the connection; Firefox is back within a second, Chromium after about 25 s. */
  drop(): void;
  close(): Promise<void>;
}
