import { exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  env,
  makeSite,
  publishPopup,
  sendBatch,
  type TestSite,
  track,
} from '../../test/support/workerd/collector.ts';
import type { Alert } from './alerts.ts';
import { repairSnapshots } from './repair-snapshots.ts';
import { forgetSites, loadSite, siteChanged } from './sites.ts';

const POPUPS = { popups: { minGapMs: 0, perSession: null, perDay: null } };
/** After which an isolate asks again, ms. */
const LATER = 46_000;
const DAY = 86_400_000;

/** As a place where D1 cannot be reached sees it. */
const withoutD1 = () => ({
  ...env,
  DB: {
    batch: () => Promise.reject(new Error('D1 is down')),
    prepare: () => {
      throw new Error('D1 is down');
    },
  } as unknown as D1Database,
});

const stored = async (site: TestSite) => JSON.parse((await env.SNAPSHOTS.get(`site:${site.id}`)) ?? 'null');
const store = (site: TestSite, value: unknown) =>
  env.SNAPSHOTS.put(`site:${site.id}`, typeof value === 'string' ? value : JSON.stringify(value));

async function campaignsOf(site: TestSite, now = Date.now(), from: typeof env = env): Promise<string[]> {
  const found = await loadSite(from, site.id, now);
  return (found?.program.campaigns ?? []).map(({ campaign }) => `${campaign.id}@${campaign.version}`);
}

async function health(site: TestSite): Promise<{ status: string; alerts: Alert[] }> {
  const response = await exports.default.fetch('http://collector.test/healthz');
  expect(response.status).toBe(200);
  const { status, alerts } = (await response.json()) as { status: string; alerts: Alert[] };
  return { status, alerts: alerts.filter((alert) => alert.site === site.id) };
}

/** KV as long as it takes nothing; the waits between two tries are not waited for. */
function kvRefuses(times = Number.POSITIVE_INFINITY) {
  vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined);
  const kv = Object.getPrototypeOf(env.SNAPSHOTS) as KVNamespace;
  const put = kv.put;
  let left = times;
  return vi.spyOn(kv, 'put').mockImplementation(function (this: KVNamespace, ...args: unknown[]) {
    if (left-- > 0) return Promise.reject(new Error('429 Too Many Requests'));
    return Reflect.apply(put, this, args) as Promise<void>;
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a published snapshot', () => {
  it('shows a campaign in the next batch, wherever in the world that arrives', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const anonymousId = crypto.randomUUID();
    expect((await sendBatch(site, [track(anonymousId)])).messages).toMatchObject([{ campaign: 'vip@1' }]);

    forgetSites();
    expect(await campaignsOf(site, Date.now(), withoutD1())).toEqual(['vip@1']);
    const asked = vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare');
    forgetSites();
    expect((await sendBatch(site, [track(anonymousId)])).messages).toMatchObject([{ campaign: 'vip@1' }]);
    expect(asked.mock.calls.filter(([sql]) => /FROM (sites|campaigns)/.test(String(sql)))).toEqual([]);
  });

  it('stops a campaign everywhere that was paused, ended or changed', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    await publishPopup(site, false);
    forgetSites();
    expect(await campaignsOf(site, Date.now(), withoutD1())).toEqual(['vip@2']);
    await api('POST', `/api/sites/${site.id}/campaigns/vip/pause`);
    expect((await stored(site)).campaigns).toMatchObject([{ id: 'vip', status: 'paused' }]);
    await api('POST', `/api/sites/${site.id}/campaigns/vip/end`);
    await api('DELETE', `/api/sites/${site.id}/campaigns/vip`);
    expect((await stored(site)).campaigns).toEqual([]);
  });

  it('carries the settings, which D1 is then not asked for', async () => {
    const site = await makeSite({ currency: 'EUR' });
    forgetSites();
    const found = await loadSite(withoutD1(), site.id, Date.now());
    expect(found?.settings).toMatchObject({ currency: 'EUR', origins: [site.origin] });
  });

  it('is not needed: a site from before there were any is served from D1, and the next hour writes it', async () => {
    const site = await makeSite();
    await publishPopup(site, true);
    await env.SNAPSHOTS.delete(`site:${site.id}`);
    forgetSites();
    expect(await campaignsOf(site)).toEqual(['vip@1']);
    expect((await health(site)).alerts).toEqual([]);
    await repairSnapshots(env, Date.now());
    expect((await stored(site)).campaigns).toMatchObject([{ id: 'vip', version: 1, status: 'live' }]);
  });
});

describe('a snapshot that cannot be read', () => {
  it('leaves the last good one in force, says so at /healthz, and stops saying so when all is well', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const good = await stored(site);
    const now = Date.now();
    for (const corrupt of ['{"revision":', '[]', { ...good, settings: { name: 7 } }]) {
      await store(site, corrupt);
      expect(await campaignsOf(site, now + LATER, withoutD1())).toEqual(['vip@1']);
      forgetSites();
      expect(await campaignsOf(site, now)).toEqual(['vip@1']);
    }
    const { status, alerts } = await health(site);
    expect(status).toBe('degraded');
    expect(alerts).toMatchObject([{ since: expect.any(String), what: expect.stringContaining('snapshot') }]);

    await store(site, good);
    expect(await campaignsOf(site, now + 2 * LATER)).toEqual(['vip@1']);
    expect((await health(site)).alerts).toEqual([]);
  });

  it('keeps sites going when KV does not answer', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const down = vi
      .spyOn(Object.getPrototypeOf(env.SNAPSHOTS) as KVNamespace, 'get')
      .mockRejectedValue(new Error('KV is down') as never);
    const now = Date.now();
    expect(await campaignsOf(site, now + LATER, withoutD1())).toEqual(['vip@1']);
    expect((await health(site)).alerts).toMatchObject([{ what: expect.stringContaining('KV is down') }]);
    forgetSites();
    expect(await campaignsOf(site, now)).toEqual(['vip@1']);
    down.mockRestore();
    expect(await campaignsOf(site, now + LATER)).toEqual(['vip@1']);
    expect((await health(site)).alerts).toEqual([]);
  });

  it('costs only the one campaign or segment that does not fit, and names it', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const good = await stored(site);
    const [vip] = good.campaigns;
    const fromTomorrow = { ...vip, id: 'vr', definition: { ...vip.definition, id: 'vr', hologram: true } };
    const nested = Array.from({ length: 500 }).reduce<unknown>((rule) => ({ '!': [rule] }), true);
    const tooDeep = { ...vip.definition, id: 'deep', audience: { rule: nested, facts: {} } };
    await store(site, {
      ...good,
      revision: good.revision + 1,
      campaigns: [fromTomorrow, vip, { ...vip, id: 'deep', definition: tooDeep }],
      segments: [{ id: 'torn', version: 1, status: 'live', createdAt: good.at, definition: '{"id":' }],
    });
    expect(await campaignsOf(site, Date.now() + LATER)).toEqual(['vip@1']);
    expect((await health(site)).alerts.map(({ what }) => what)).toEqual([
      expect.stringContaining('campaign vr'),
      expect.stringContaining('campaign deep'),
      expect.stringContaining('segment torn'),
    ]);
    await repairSnapshots(env, Date.now());
    expect((await health(site)).alerts).toEqual([]);
  });
});

describe('publishing', () => {
  it('never says that it succeeded when the world does not know', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const refuses = kvRefuses();
    const paused = await api('POST', `/api/sites/${site.id}/campaigns/vip/pause`);
    expect(paused.status).toBe(503);
    expect(await paused.json()).toMatchObject({
      success: false,
      error: { code: 'unavailable', message: expect.stringContaining('stored') },
    });
    expect((await health(site)).alerts).toMatchObject([{ what: expect.stringContaining('not known') }]);
    // Asking KV again, which still tells the past, is no reason to believe that all is well.
    expect((await loadSite(env, site.id, Date.now() + LATER))?.program.campaigns).toMatchObject([
      { campaign: { status: 'paused' } },
    ]);
    expect((await health(site)).alerts).toHaveLength(1);

    refuses.mockRestore();
    expect((await api('POST', `/api/sites/${site.id}/campaigns/vip/pause`)).status).toBe(200);
    expect((await stored(site)).campaigns).toMatchObject([{ status: 'paused' }]);
    expect((await health(site)).alerts).toEqual([]);
  });

  it('is tried once more when KV has just taken another change', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    kvRefuses(1);
    expect((await api('POST', `/api/sites/${site.id}/campaigns/vip/pause`)).status).toBe(200);
    expect((await stored(site)).campaigns).toMatchObject([{ status: 'paused' }]);
  });

  it('ends with the newest, however many publish at once and in whatever order KV hears of them', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const kv = Object.getPrototypeOf(env.SNAPSHOTS) as KVNamespace;
    const { put } = kv;
    let wait = 60;
    vi.spyOn(kv, 'put').mockImplementation(async function (this: KVNamespace, ...args: unknown[]) {
      wait -= 20;
      await scheduler.wait(Math.max(0, wait));
      return Reflect.apply(put, this, args) as Promise<void>;
    });
    await Promise.all(
      ['pause', 'resume', 'end'].map((verb) => api('POST', `/api/sites/${site.id}/campaigns/vip/${verb}`)),
    );
    const { status } = (await (await api('GET', `/api/sites/${site.id}/campaigns/vip`)).json()) as {
      status: string;
    };
    const { campaigns, revision } = await stored(site);
    expect(campaigns).toMatchObject([{ status }]);
    const inD1 = await env.DB.prepare('SELECT revision FROM sites WHERE id = ?').bind(site.id).first();
    expect({ revision }).toEqual(inD1);
    expect((await loadSite(env, site.id, Date.now()))?.program.campaigns).toMatchObject([
      { campaign: { status } },
    ]);
  });

  it('is not undone by a place that has not heard of it yet', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const before = await stored(site);
    await publishPopup(site, false);
    await store(site, before);
    expect(await campaignsOf(site, Date.now() + LATER)).toEqual(['vip@2']);
  });
});

describe('the hourly repair', () => {
  it('writes what never reached KV, and what an older isolate has overwritten', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    const before = await stored(site);
    await publishPopup(site, false);
    await store(site, before);
    await repairSnapshots(env, Date.now());
    expect((await stored(site)).campaigns).toMatchObject([{ version: 2 }]);

    await store(site, 'torn {');
    await repairSnapshots(env, Date.now());
    expect((await stored(site)).campaigns).toMatchObject([{ version: 2 }]);
  });

  it('drops a campaign 31 days after its end, when no goal is counted for it any more', async () => {
    const site = await makeSite(POPUPS);
    await publishPopup(site, true);
    await api('POST', `/api/sites/${site.id}/campaigns/vip/end`);
    await repairSnapshots(env, Date.now() + 30 * DAY);
    expect((await stored(site)).campaigns).toHaveLength(1);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 32 * DAY);
    await repairSnapshots(env, Date.now());
    expect((await stored(site)).campaigns).toEqual([]);
  });

  it('writes nothing where nothing differs', async () => {
    const site = await makeSite(POPUPS);
    await repairSnapshots(env, Date.now());
    const before = await stored(site);
    await repairSnapshots(env, Date.now());
    expect(await stored(site)).toEqual(before);
  });

  it('is not stopped by a site that cannot be repaired', async () => {
    const broken = await makeSite();
    const site = await makeSite();
    await env.DB.prepare("UPDATE sites SET settings = '{' WHERE id = ?").bind(broken.id).run();
    await env.SNAPSHOTS.delete(`site:${site.id}`);
    await repairSnapshots(env, Date.now());
    expect(await stored(site)).toMatchObject({ settings: { name: site.id } });
    await env.DB.prepare('DELETE FROM sites WHERE id = ?').bind(broken.id).run();
  });
});

it('forgets a change that was announced for a site that does not exist', async () => {
  await siteChanged(env, 'nobody');
  expect(await loadSite(env, 'nobody', Date.now())).toBeNull();
});
