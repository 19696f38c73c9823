import { buildSdk } from '../../sdk/build.ts';
import { ensureBrowsers } from './browsers.ts';

export default async function setup(): Promise<void> {
  ensureBrowsers();
  await buildSdk();
}
