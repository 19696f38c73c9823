import { readFileSync } from 'node:fs';
import { campaignDraft } from '../collector/src/campaigns/schema.ts';
import { popupOf } from '../collector/src/campaigns/steps.ts';
import type { Picture } from '../sdk/src/message.ts';
import { askUs } from './campaigns/ask-us.ts';
import { careAndSizes } from './campaigns/care-and-sizes.ts';
import { cartReminder } from './campaigns/cart-reminder.ts';
import type { CampaignInput, SegmentInput } from './campaigns/definition.ts';
import { freeShipping } from './campaigns/free-shipping.ts';
import { FROM_TEMPLATES } from './campaigns/from-templates.ts';
import { asShopJourney, JOURNEYS, telegramNudge } from './campaigns/journeys.ts';
import { notifications } from './campaigns/notifications.ts';
import { regulars } from './campaigns/regulars.ts';
import { secondLook } from './campaigns/second-look.ts';
import { shippingHelp } from './campaigns/shipping-help.ts';
import { welcomeBack } from './campaigns/welcome-back.ts';
import { WELCOME_POOL, welcomeCodes } from './campaigns/welcome-codes.ts';
import { history } from './history.ts';
import { people } from './people.ts';
import { PUSH_WORKER } from './server.ts';

/** The demo site's keys. The browser key is public by nature; the server key is not a secret only here. */
export const DEMO = { site: 'demo', browserKey: 'demo', serverKey: 'demo-server' };

const SITE = `/api/sites/${DEMO.site}`;

const PICTURE = new URL('./pictures/kettle-and-mug.webp', import.meta.url);
const ALT = 'A kettle and a steaming mug by a lake at sunrise.';

/** Messages in one request, of which the collector takes 500 and 512 kB. */
const BATCH = 300;

/**
 * Sets the demo site up through the management API, and fills a new one with people, a history of visits, a segment,
 * codes, a picture, campaigns and journeys, and a draft of each template. Harmless to repeat: settings are replaced, of the rest what is missing is made; what was changed stays.
 */
export async function seed(collector: string, shop: string, adminToken: string, now: number): Promise<void> {
  const api: Api = async (method, path, body) => {
    const isFile = body instanceof Uint8Array;
    const type = isFile ? 'application/octet-stream' : 'application/json';
    const response = await fetch(collector + path, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': type },
      ...(body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };

  await api('PUT', SITE, settingsFor(shop, collector));
  const idsOf = async (kind: string) => {
    const { items } = (await api('GET', `${SITE}/${kind}`)) as { items: { id: string }[] };
    return new Set(items.map(({ id }) => id));
  };
  const there = await idsOf('campaigns');
  if (!(await idsOf('segments')).has(regulars.id)) await publish(api, 'segments', regulars);
  if (!(await idsOf('coupon-pools')).has(WELCOME_POOL.id)) await addCodes(api);
  if (!there.has(freeShipping.id)) await sendHistory(collector, shop, now);
  await addFromTemplates(api, there);
  await addJourneys(api, there);
  if (!there.has(CARE)) await publish(api, 'campaigns', careAndSizes(await addPicture(api)));
  // The last one tells, where it is, that the history is complete.
  for (const campaign of [
    notifications,
    askUs,
    shippingHelp,
    welcomeBack,
    secondLook,
    cartReminder,
    freeShipping,
  ]) {
    if (!there.has(campaign.id)) await publish(api, 'campaigns', campaign);
  }
}

/** Of the campaign that has the picture. */
const CARE = 'care-and-sizes';

type Api = (method: string, path: string, body?: unknown) => Promise<unknown>;

/**
 * Nobody is held out, so that every newcomer sees the popup, and popups may follow each other as they should in no real
 * shop.
 */
function settingsFor(shop: string, collector: string) {
  const { browserKey, serverKey } = DEMO;
  return {
    name: 'Demo shop',
    currency: 'USD',
    rates: { EUR: 1.08 },
    origins: [shop, shop.replace('localhost', '127.0.0.1')],
    browserKey,
    serverKey,
    holdout: { percent: 0 },
    popups: { minGapMs: 10_000, perSession: 4, perDay: 10 },
    collectorUrl: new URL(collector).origin,
    push: { workerPath: PUSH_WORKER },
    topics: [
      { id: 'offers', name: { en: 'Offers', de: 'Angebote', pl: 'Okazje', ar: 'العروض' } },
      {
        id: 'back-in-stock',
        name: { en: 'Back in stock', de: 'Wieder da', pl: 'Znów dostępne', ar: 'متوفر من جديد' },
      },
    ],
  };
}

/** A draft of each template as it comes, and what the shop has made of some of them; {@link addJourneys} has the rest. */
async function addFromTemplates(api: Api, there: ReadonlySet<string>) {
  const { items } = (await api('GET', '/api/templates')) as { items: { id: string }[] };
  const journeys = new Set(JOURNEYS.map(({ template }) => template));
  for (const { id } of items) {
    if (!there.has(id) && !journeys.has(id))
      await api('POST', `${SITE}/campaigns/from-template`, { template: id });
  }
  for (const { change, ...request } of FROM_TEMPLATES) {
    if (there.has(request.id)) continue;
    const made = await api('POST', `${SITE}/campaigns/from-template`, request);
    const draft = campaignDraft.strip().parse(made);
    const popup = popupOf(draft);
    if (!popup) throw new Error(`The template ${request.template} is no popup.`);
    await api('PUT', `${SITE}/campaigns/${request.id}`, change({ ...draft, steps: [popup] }));
    await api('POST', `${SITE}/campaigns/${request.id}/publish`);
  }
}

/** Published under the template's own id, and one that has to wait for a secret. */
async function addJourneys(api: Api, there: ReadonlySet<string>) {
  for (const request of JOURNEYS) {
    if (there.has(request.template)) continue;
    const made = await api('POST', `${SITE}/campaigns/from-template`, request);
    await publish(api, 'campaigns', asShopJourney(campaignDraft.strip().parse(made)));
  }
  if (!there.has(telegramNudge.id)) await api('PUT', `${SITE}/campaigns/${telegramNudge.id}`, telegramNudge);
}

/** To the library: a part of the shop's own drawing `first-light.svg`. */
async function addPicture(api: Api): Promise<Picture> {
  const path = `${SITE}/pictures?name=kettle-and-mug&alt=${encodeURIComponent(ALT)}`;
  const { src, width, height } = (await api('POST', path, readFileSync(PICTURE))) as Picture;
  return { src, width, height, alt: ALT };
}

async function publish(api: Api, kind: 'campaigns' | 'segments', draft: CampaignInput | SegmentInput) {
  const address = `${SITE}/${kind}/${draft.id}`;
  await api('PUT', address, draft);
  await api('POST', `${address}/publish`);
}

async function addCodes(api: Api) {
  const pool = `${SITE}/coupon-pools/${WELCOME_POOL.id}`;
  await api('PUT', pool, { name: WELCOME_POOL.name });
  await api('POST', `${pool}/codes`, { codes: welcomeCodes() });
}

async function sendHistory(collector: string, shop: string, now: number): Promise<void> {
  const products = JSON.parse(readFileSync(new URL('./products.json', import.meta.url), 'utf8'));
  const messages = [...people(products, shop, now), ...history(products, shop, now)];
  const { serverKey: writeKey } = DEMO;
  for (let sent = 0; sent < messages.length; sent += BATCH) {
    const batch = messages.slice(sent, sent + BATCH);
    const response = await fetch(`${collector}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ writeKey, batch, sentAt: new Date(now).toISOString() }),
    });
    if (!response.ok) throw new Error(`The history was refused: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
  }
}
