import type { DeliveryTask, Env } from '../env.ts';
import { endpointOf, type Prepared } from '../profile/prepared.ts';
import { siteOf } from '../profile/profile-name.ts';
import { sendPrepared } from '../profile/sending.ts';
import { loadSite } from '../sites.ts';

/** A Worker has six connections at once. */
const PARALLEL = 6;

/**
 * In production: sends what profiles have to say. Each asks its profile first, which may have heard of a purchase since,
 * and tells it what has become of it; whatever goes wrong in between, the profile asks for it again.
 */
export async function consumeDeliveries(batch: MessageBatch<DeliveryTask>, env: Env): Promise<void> {
  const queue = [...batch.messages];
  const work = async () => {
    for (let message = queue.shift(); message; message = queue.shift()) {
      try {
        await deliver(message.body, env);
      } catch (error) {
        console.warn(`The delivery ${message.body?.id} could not be made; its profile asks again.`, error);
      }
      message.ack();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function deliver({ profile: name, id, tryAt }: DeliveryTask, env: Env): Promise<void> {
  const site = await loadSite(env, siteOf(name), Date.now());
  if (!site) return;
  const profile = env.PROFILES.getByName(name);
  const json = await profile.prepareDelivery(id, tryAt);
  if (json === null) return;
  const prepared: Prepared = JSON.parse(json);
  const result = await sendPrepared(env, site, prepared);
  await profile.concludeDelivery(id, result, endpointOf(prepared));
}
