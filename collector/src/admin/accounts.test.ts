import { describe, expect, it } from 'vitest';
import { api, makeSite } from '../../../test/support/workerd/collector.ts';
import { factOf, planOf, stateFacts } from '../../../test/support/workerd/store.ts';
import { accountsSql } from '../store/accounts.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();

function member(site: string, groupId: string, user: string | null, n: number, traits: object = {}) {
  const profile = `u:${site}:${user ?? n}`;
  const row = { groupId, userId: user, anonymousId: `device-${n}`, traits, at: day(n) };
  return factOf(site, 'member', `${groupId}/${profile}`, row, { profile });
}

const ask = async (site: string, path: string) =>
  (await (await api('GET', `/api/sites/${site}/accounts${path}`)).json()) as never;

describe('an account', () => {
  it('has the newest value of each trait, whoever of its members said it', async () => {
    const { id } = await makeSite();
    await stateFacts(
      member(id, 'acme', 'mira', 1, { name: 'Acme', plan: 'free', seats: 3 }),
      member(id, 'acme', 'noor', 3, { plan: 'team' }),
      member(id, 'acme', null, 2, { name: 'Acme Ltd', plan: 'trial' }),
      member(id, 'acme/emea', 'mira', 9, { plan: 'other' }),
    );
    expect(await ask(id, '/acme')).toEqual({
      id: 'acme',
      traits: { name: 'Acme Ltd', plan: 'team', seats: 3 },
      members: [
        { ref: 'user:noor', userId: 'noor', at: day(3) },
        { ref: 'anonymous:device-2', userId: null, at: day(2) },
        { ref: 'user:mira', userId: 'mira', at: day(1) },
      ],
    });
    expect(await ask(id, `/${encodeURIComponent('acme/emea')}`)).toMatchObject({ id: 'acme/emea' });
    expect((await api('GET', `/api/sites/${id}/accounts/nobody`)).status).toBe(404);
  });

  it('is found by how its id or its name begins, page by page', async () => {
    const { id } = await makeSite();
    await stateFacts(
      member(id, 'g-1', 'a', 1, { name: 'Old name' }),
      member(id, 'g-1', 'b', 2, { name: 'Borealis' }),
      member(id, 'g-2', 'c', 3, { name: 'Boreas' }),
      member(id, 'x', 'd', 4),
    );
    const first = { id: 'g-1', name: 'Borealis', members: 2, changedAt: day(2) };
    const second = { id: 'g-2', name: 'Boreas', members: 1, changedAt: day(3) };
    const third = { id: 'x', name: null, members: 1, changedAt: day(4) };
    expect(await ask(id, '')).toEqual({ items: [first, second, third], cursor: null });
    expect(await ask(id, '?search=g-')).toEqual({ items: [first, second], cursor: null });
    expect(await ask(id, '?search=BORE')).toEqual({ items: [first, second], cursor: null });
    const page: { cursor: string } = await ask(id, '?limit=2');
    expect(page).toEqual({ items: [first, second], cursor: expect.any(String) });
    expect(await ask(id, `?limit=2&cursor=${page.cursor}`)).toEqual({ items: [third], cursor: null });
  });

  it('is found without reading all facts', async () => {
    const list = await planOf(accountsSql(''), 's', '', 10);
    expect(list).toEqual([expect.stringContaining('USING INDEX members_by_group (site=? AND <expr>>?)')]);
    const search = (await planOf(accountsSql('a'), 's', '', 10, 'a', 'b', 'a', 'b')).join('\n');
    expect(search).toContain('USING INDEX members_by_group_name (site=? AND <expr>>? AND <expr><?)');
    expect(search).not.toMatch(/SCAN facts/);
  });
});
