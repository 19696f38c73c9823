import { app } from './app.ts';
import { expireCartLinks } from './carts/forget-cart-links.ts';
import type { Env } from './env.ts';
import { repairSnapshots } from './repair-snapshots.ts';
import { consume } from './store/consume.ts';
import { finishErasures } from './store/finish-erasures.ts';
import { applyRetention } from './store/retention.ts';

export { Profile } from './profile/profile.ts';

export default {
  fetch: app.fetch,
  queue: consume,
  async scheduled({ scheduledTime }, env) {
    await Promise.all([
      finishErasures(env, scheduledTime),
      applyRetention(env, scheduledTime),
      repairSnapshots(env, scheduledTime),
      expireCartLinks(env.DB, scheduledTime),
    ]);
  },
} satisfies ExportedHandler<Env>;
