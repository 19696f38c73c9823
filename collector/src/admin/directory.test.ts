import { describe, expect, it } from 'vitest';
import { api, makeSite } from '../../../test/support/workerd/collector.ts';
import { factOf, planOf, stateFacts } from '../../../test/support/workerd/store.ts';
import { directorySql } from '../store/directory.ts';

interface Page {
  items: { ref: string | null; name: string | null; [field: string]: unknown }[];
  cursor: string | null;
}

const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();

function person(site: string, n: number, more: { name?: string; [field: string]: unknown } = {}) {
  const { name = `Person ${n}` } = more;
  return factOf(
    site,
    'profile',
    `u:${site}:${n}`,
    {
      ...{
        userId: `user-${n}`,
        email: `p${n}@example.com`,
        phone: null,
        name,
        searchName: name.toLowerCase(),
      },
      ...{ anonymousId: `device-${n}`, firstSeen: minute(0), changedAt: minute(n), ...more },
    },
    { profile: `u:${site}:${n}` },
  );
}

async function list(site: string, query = ''): Promise<Page> {
  const response = await api('GET', `/api/sites/${site}/profiles?${query}`);
  expect(response.status).toBe(200);
  return response.json();
}
const names = async (site: string, query: string) => (await list(site, query)).items.map(({ name }) => name);

describe('the directory', () => {
  it('shows whom the site knows, changed last first, and how to open each', async () => {
    const { id } = await makeSite();
    await stateFacts(
      person(id, 1),
      person(id, 2, { userId: null }),
      person(id, 3, { userId: null, anonymousId: null }),
      person(id, 4, { userId: null, anonymousId: null, email: null }),
      factOf(id, 'profile', 'gone', null),
      factOf(id, 'order', 'T-1', { email: 'p9@example.com' }),
    );
    expect(await list(id)).toEqual({
      items: [
        expect.objectContaining({ ref: null, email: null }),
        expect.objectContaining({ ref: 'email:p3@example.com' }),
        expect.objectContaining({ ref: 'anonymous:device-2', userId: null }),
        {
          ...{ ref: 'user:user-1', userId: 'user-1', email: 'p1@example.com', phone: null, name: 'Person 1' },
          ...{ firstSeen: minute(0), changedAt: minute(1) },
        },
      ],
      cursor: null,
    });
  });

  it.each([
    ['e-mail', 'ANN@', ['Ann Zed']],
    ['name', 'ann', ['Ann Zed', 'Annette']],
    ['name in another script', 'ÉLO', ['Élodie']],
    ['user id', 'U-77', ['Élodie']],
    ['user id in another case', 'u-77', []],
    ['what LIKE would take for a pattern', '%', []],
    ['the middle of a name', 'zed', []],
  ])('finds people by how their %s begins', async (_, search, found) => {
    const { id } = await makeSite();
    await stateFacts(
      person(id, 1, { name: 'Annette', email: 'zoe@example.com' }),
      person(id, 2, { name: 'Ann Zed', email: 'ann@example.com' }),
      person(id, 3, { name: 'Élodie', email: null, userId: 'U-770' }),
    );
    expect(await names(id, `search=${encodeURIComponent(search)}`)).toEqual(found);
  });

  it('shows each once, page by page, also those who changed at the same time', async () => {
    const { id } = await makeSite();
    await stateFacts(...Array.from({ length: 7 }, (_, n) => person(id, n, { changedAt: minute(n >> 1) })));
    for (const search of ['', 'search=person']) {
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await list(id, `${search}&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items.map(({ userId }) => userId));
        cursor = page.cursor;
      } while (cursor);
      expect(seen).toEqual(['user-6', 'user-4', 'user-5', 'user-2', 'user-3', 'user-0', 'user-1']);
    }
  });

  it('refuses a cursor that it did not give', async () => {
    const { id } = await makeSite();
    for (const cursor of ['x', btoa('"x"'), btoa('[1,2]')]) {
      expect((await api('GET', `/api/sites/${id}/profiles?cursor=${cursor}`)).status).toBe(400);
    }
  });

  it('never reads all facts', async () => {
    const page = await planOf(directorySql(''), 's', minute(1), 'k', 10);
    expect(page).toEqual([expect.stringContaining('USING INDEX profiles_by_change (site=? AND <expr><?)')]);
    const search = (await planOf(directorySql('a'), 's', minute(1), 'k', 10, 'a', 'b', 'a', 'b')).join('\n');
    for (const index of ['email', 'name', 'user']) {
      expect(search).toContain(
        `SEARCH facts USING INDEX profiles_by_${index} (site=? AND <expr>>? AND <expr><?)`,
      );
    }
    expect(search).not.toMatch(/SCAN facts/);
  });
});
