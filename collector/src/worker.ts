import { app } from './app.ts';
import { wakeBroadcasts } from './broadcasts/broadcast.ts';
import { expireCartLinks } from './carts/forget-cart-links.ts';
import type { DeliveryTask, Env } from './env.ts';
import { consumeDeliveries } from './push/consume-deliveries.ts';
import { repairSnapshots } from './repair-snapshots.ts';
import { consume } from './store/consume.ts';
import { finishErasures } from './store/finish-erasures.ts';
import { applyRetention } from './store/retention.ts';

export { Broadcast } from './broadcasts/broadcast.ts';
export { Profile } from './profile/profile.ts';

export default {
  fetch: app.fetch,
  queue: (batch, env) =>
    batch.queue === 'beckon-deliveries'
      ? consumeDeliveries(batch as MessageBatch<DeliveryTask>, env)
      : consume(batch, env),
  async scheduled({ scheduledTime }, env) {
    await Promise.all([
      finishErasures(env, scheduledTime),
      applyRetention(env, scheduledTime),
      repairSnapshots(env, scheduledTime),
      expireCartLinks(env.DB, scheduledTime),
      wakeBroadcasts(env, scheduledTime),
    ]);
  },
} satisfies ExportedHandler<Env>;
