import { describe, expect, it } from 'vitest';
import { siteSettings } from '../../sites.ts';
import type { Campaign } from '../schema.ts';
import type { SiteContext } from '../site-context.ts';
import { validateCampaign } from '../validate.ts';
import { draftFrom, templates } from './index.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const TEMPLATES = templates();

function siteWith(campaigns: readonly Campaign[] = []): SiteContext {
  return {
    settings: siteSettings.parse({ name: 'Shop' }),
    segments: [],
    pools: [],
    pictures: [],
    campaigns,
    now: NOW,
  };
}

describe('a template', () => {
  it.each(TEMPLATES)('$id is published as it is: nothing is wrong with it, nothing may be', ({ draft }) => {
    expect(validateCampaign(draft, siteWith())).toEqual([]);
  });

  it('stands beside all others: chance decides between no two of them', () => {
    const all = TEMPLATES.map(({ draft }): Campaign => {
      return { ...draft, version: 1, status: 'live', createdAt: new Date(NOW).toISOString() };
    });
    expect(all.flatMap((draft) => validateCampaign(draft, siteWith(all)))).toEqual([]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(14);
  });

  it('becomes a campaign of another name, and stays as it was', () => {
    expect(draftFrom('nps', { id: 'nps-2', name: 'Again' })).toMatchObject({
      id: 'nps-2',
      name: 'Again',
      goal: null,
    });
    expect(draftFrom('nps', {})).toEqual(TEMPLATES.find(({ id }) => id === 'nps')?.draft);
    expect(draftFrom('toString', {})).toBeUndefined();
  });
});
