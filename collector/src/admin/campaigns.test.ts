import { describe, expect, it } from 'vitest';
import { api, env, makeSite, sendBatch, track } from '../../../test/support/workerd/collector.ts';
import type { Problem } from '../campaigns/validate.ts';

const draft = (change: object = {}) => ({
  id: 'c',
  name: 'A popup',
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      variants: [{ key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } }],
    },
  ],
  ...change,
});

async function path() {
  return `/api/sites/${(await makeSite()).id}/campaigns/c`;
}

describe('a campaign', () => {
  it('keeps its draft apart from what is live, and makes versions only of changes', async () => {
    const url = await path();
    expect(await (await api('PUT', url, draft())).json()).toMatchObject({
      status: 'draft',
      revision: 1,
      liveVersion: null,
    });
    expect(await (await api('POST', `${url}/publish`)).json()).toMatchObject({
      status: 'live',
      liveVersion: 1,
    });
    expect(await (await api('POST', `${url}/publish`)).json()).toMatchObject({ liveVersion: 1 });
    expect(await (await api('PUT', url, draft({ name: 'Another' }))).json()).toMatchObject({
      liveVersion: 1,
      revision: 2,
    });
    expect(await (await api('POST', `${url}/publish`)).json()).toMatchObject({ liveVersion: 2 });
  });

  it('does not overwrite what another editor has saved', async () => {
    const url = await path();
    await api('PUT', url, draft());
    expect((await api('PUT', url, draft({ name: 'Mine' }), { 'If-Match': '"1"' })).status).toBe(200);
    expect((await api('PUT', url, draft({ name: 'Yours' }), { 'If-Match': '"1"' })).status).toBe(412);
    const response = await api('GET', url);
    expect([response.headers.get('ETag'), await response.json()]).toEqual([
      '"2"',
      expect.objectContaining({ name: 'Mine' }),
    ]);
  });

  it.each([
    ['"1"', 200],
    ['W/"1"', 200],
    ['*', 200],
    ['"2"', 412],
    ['W/"2"', 412],
    ['"1", "2"', 412],
    ['1', 412],
    ['garbage', 412],
    ['"-1"', 412],
    ['"1e0"', 412],
  ])(
    'of revision 1 is replaced and published with If-Match: %s only as far as that fits',
    async (ifMatch, status) => {
      const url = await path();
      await api('PUT', url, draft());
      const headers = { 'If-Match': ifMatch };
      expect((await api('POST', `${url}/publish`, undefined, headers)).status).toBe(status);
      expect((await api('PUT', url, draft({ name: 'New' }), headers)).status).toBe(status);
      expect(await (await api('GET', url)).json()).toMatchObject({
        name: status === 200 ? 'New' : 'A popup',
      });
    },
  );

  it.each(['*', '"0"', '"1"'])(
    'is not made anew with If-Match: %s when it was deleted meanwhile',
    async (ifMatch) => {
      const url = await path();
      expect((await api('PUT', url, draft(), { 'If-Match': ifMatch })).status).toBe(412);
      expect((await api('GET', url)).status).toBe(404);
    },
  );

  it.each([
    ['a setting that nothing reads', { journeys: 1 }, 'Unrecognized key'],
    ['an unknown operator', { audience: { rule: { rm: [1] } } }, '"audience.rule/rm"'],
    [
      'a fact whose rule is too large',
      {
        audience: {
          facts: { n: { agg: 'count', event: 'purchase', where: { in: [1, Array(2_500).fill(2)] } } },
        },
      },
      '"audience.facts.n.where"',
    ],
    [
      'an unknown operator in its goal',
      { goal: { event: 'x', within: 'P1D', where: { rm: 1 } } },
      'goal.where',
    ],
    [
      'a script as link',
      {
        steps: [
          {
            ...draft().steps[0],
            variants: [
              {
                key: 'a',
                content: {
                  en: {
                    kind: 'modal',
                    blocks: [{ type: 'button', text: 'x', action: 'url', href: 'javascript:alert(1)' }],
                  },
                },
              },
            ],
          },
        ],
      },
      'steps',
    ],
    ['a name that differs from the address', { id: 'd' }, '"id"'],
  ])('is refused with %s', async (_, change, where) => {
    const response = await api('PUT', await path(), draft(change));
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain(where);
  });

  it('is kept with its faults, and not published before they are mended', async () => {
    const url = await path();
    const wrong = { rule: { '>=': [{ var: 'cart.value' }, '50'] } };
    const problem = {
      severity: 'error',
      pointer: '/audience/rule/>=/1',
      message: expect.stringContaining('number'),
    };
    const saved = await api('PUT', url, draft({ audience: wrong }));
    expect([saved.status, await saved.json()]).toEqual([
      200,
      expect.objectContaining({ problems: expect.arrayContaining([problem]) }),
    ]);
    const refused = await api('POST', `${url}/publish`);
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { success: false, error: { code: 'invalid', message: expect.stringContaining(problem.pointer) } },
    ]);
    expect(await (await api('GET', url)).json()).toMatchObject({ status: 'draft', liveVersion: null });
  });

  it('knows the segments and pools of its site', async () => {
    const url = await path();
    const site = url.replace(/\/campaigns.*/, '');
    const coupon = { type: 'coupon', pool: 'spring', fallback: 'X' };
    const content = { en: { kind: 'modal', blocks: [coupon] } };
    const steps = [{ ...draft().steps[0], variants: [{ key: 'a', content }] }];
    await api('PUT', url, draft({ steps, suppress: { segments: ['vip'] } }));
    const errors = async () => {
      const { problems } = (await (await api('GET', url)).json()) as { problems: Problem[] };
      return problems.filter(({ severity }) => severity === 'error').map(({ pointer }) => pointer);
    };
    expect(await errors()).toEqual(['/suppress/segments/0', '/steps/0/variants/0/content/en/blocks/0/pool']);
    await api('PUT', `${site}/coupon-pools/spring`, {});
    await api('PUT', `${site}/segments/vip`, { id: 'vip', name: 'VIP' });
    await api('POST', `${site}/segments/vip/publish`);
    expect(await errors()).toEqual([]);
  });

  it('that is paused or has ended is not shown because an earlier version was taken back', async () => {
    const url = await path();
    await api('PUT', url, draft());
    await api('POST', `${url}/publish`);
    const rollback = async (headers = {}) =>
      (await api('POST', `${url}/rollback`, { version: 1 }, headers)).json();
    expect(await rollback()).toMatchObject({ status: 'live', revision: 2 });
    await api('POST', `${url}/pause`);
    expect(await rollback()).toMatchObject({ status: 'paused', liveVersion: 1, revision: 3 });
    await api('POST', `${url}/end`);
    expect(await rollback()).toMatchObject({ status: 'ended' });
    await api('DELETE', url);
    await api('PUT', url, draft({ name: 'Anew' }));
    expect(await rollback()).toMatchObject({ status: 'paused', name: 'A popup' });
    expect((await api('POST', `${url}/rollback`, { version: 2 })).status).toBe(404);
  });

  it('goes on when it is paused, not when it has ended', async () => {
    const url = await path();
    await api('PUT', url, draft());
    const after = async (verb: string) => {
      const response = await api('POST', `${url}/${verb}`);
      const { status } = (await response.json()) as { status?: string };
      return status ?? response.status;
    };
    for (const [verb, outcome] of [
      ['pause', 409],
      ['publish', 'live'],
      ['resume', 'live'],
      ['pause', 'paused'],
      ['pause', 'paused'],
      ['resume', 'live'],
      ['end', 'ended'],
      ['end', 'ended'],
      ['resume', 409],
      ['pause', 409],
      ['publish', 'live'],
    ] as const) {
      expect([verb, await after(verb)]).toEqual([verb, outcome]);
    }
    expect((await api('POST', `${url}x/pause`)).status).toBe(404);
  });

  it('is neither deleted nor taken back over what another editor has saved', async () => {
    const url = await path();
    await api('PUT', url, draft());
    await api('POST', `${url}/publish`);
    await api('POST', `${url}/pause`);
    await api('PUT', url, draft({ name: 'Work of hours' }));
    const stale = { 'If-Match': '"1"' };
    expect((await api('POST', `${url}/rollback`, { version: 1 }, stale)).status).toBe(412);
    expect((await api('DELETE', url, undefined, stale)).status).toBe(412);
    expect(await (await api('GET', url)).json()).toMatchObject({ name: 'Work of hours', revision: 2 });
    expect((await api('DELETE', url, undefined, { 'If-Match': '"2"' })).status).toBe(200);
  });

  it('is not taken back to what refers to things that are gone', async () => {
    const url = await path();
    const pool = url.replace(/campaigns.*/, 'coupon-pools/spring');
    const coupon = { type: 'coupon', pool: 'spring' };
    const variants = [{ key: 'a', content: { en: { kind: 'modal', blocks: [coupon] } } }];
    await api('PUT', pool, {});
    await api('PUT', url, draft({ steps: [{ ...draft().steps[0], variants }] }));
    expect((await api('POST', `${url}/publish`)).status).toBe(200);
    await api('PUT', url, draft());
    await api('POST', `${url}/publish`);
    await api('DELETE', pool);
    const refused = await api('POST', `${url}/rollback`, { version: 1 });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { error: { code: 'invalid', message: expect.stringContaining('spring') } },
    ]);
    expect(await (await api('GET', url)).json()).toMatchObject({ liveVersion: 2, revision: 2 });
  });

  it('of another version of the collector can still be seen, paused, mended and deleted', async () => {
    const site = await makeSite();
    const url = `/api/sites/${site.id}/campaigns`;
    for (const id of ['c', 'd']) {
      await api('PUT', `${url}/${id}`, draft({ id }));
      await api('POST', `${url}/${id}/publish`);
      const strange = JSON.stringify(draft({ id, journeys: 1 }));
      for (const sql of [
        'UPDATE campaigns SET draft = ? WHERE site = ? AND id = ?',
        'UPDATE campaign_versions SET definition = ? WHERE site = ? AND id = ?',
      ]) {
        await env.DB.prepare(sql).bind(strange, site.id, id).run();
      }
    }
    const fits = { severity: 'error', pointer: '', message: expect.stringContaining('journeys') };
    expect(await (await api('GET', `${url}/c`)).json()).toMatchObject({ journeys: 1, problems: [fits] });
    expect(await (await api('GET', url)).json()).toMatchObject({ items: [{ id: 'c' }, { id: 'd' }] });
    expect((await api('GET', `${url}/c/versions`)).status).toBe(200);
    expect((await api('POST', `${url}/c/publish`)).status).toBe(422);
    for (const [verb, body] of [
      ['duplicate', { id: 'e' }],
      ['test', { profile: 'anonymous:v' }],
      ['replay', {}],
    ] as const) {
      expect([verb, (await api('POST', `${url}/c/${verb}`, body)).status]).toEqual([verb, 409]);
    }
    expect(await (await api('POST', `${url}/c/pause`)).json()).toMatchObject({ status: 'paused' });
    await sendBatch(site, [track('v')]);
    await api('PUT', `${url}/c`, draft());
    expect(await (await api('POST', `${url}/c/publish`)).json()).toMatchObject({ liveVersion: 2 });
    expect((await sendBatch(site, [track('v')])).messages).toMatchObject([{ campaign: 'c@2' }]);
    await api('POST', `${url}/d/end`);
    expect((await api('DELETE', `${url}/d`)).status).toBe(200);
  });

  it('that was deleted does not live on in one of the same id', async () => {
    const site = await makeSite();
    const url = `/api/sites/${site.id}/campaigns/c`;
    const publish = async (change: object) => {
      await api('PUT', url, draft(change));
      return (await api('POST', `${url}/publish`)).json();
    };
    const armed = async () => (await sendBatch(site, [track('v')])).messages.length;
    await publish({ audience: { rule: false } });
    expect(await armed()).toBe(0);
    await api('POST', `${url}/end`);
    expect((await api('DELETE', url)).status).toBe(200);
    expect((await api('GET', `${url}/versions`)).status).toBe(404);
    expect(await publish({ audience: { rule: true } })).toMatchObject({ liveVersion: 2, revision: 1 });
    expect(await armed()).toBe(1);
  });

  it("is nobody's business without the admin token", async () => {
    const url = await path();
    for (const Authorization of ['', 'Bearer', 'Bearer wrong', 'Basic dGVzdA==']) {
      expect((await api('GET', url, undefined, { Authorization })).status).toBe(401);
    }
    expect((await api('GET', url)).status).toBe(404);
  });
});
