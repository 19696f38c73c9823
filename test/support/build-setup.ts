import { buildSdk } from '../../sdk/build.ts';

/** Before the tests, so that none of them reads files that another one is writing. */
export default async function setup(): Promise<void> {
  await buildSdk();
}
