import { version } from '../../package.json';

/** What `/healthz` reports. */
export const VERSION: string = version;
