import { expect, it } from 'vitest';
import { withCampaignId } from './campaign-id.ts';

it.each([
  'popup_shown',
  'popup_clicked',
  'popup_dismissed',
  'popup_submitted',
  'popup_closed',
  'form_submitted',
  'survey_answered',
  'push_shown',
  'push_clicked',
  'push_dismissed',
])('a goal finds its campaign in %s, whichever version was shown', (event) => {
  for (const campaign of ['newsletter@1', 'newsletter@27', 'newsletter']) {
    expect(withCampaignId(event, { campaign, a: 1 })).toEqual({ campaign, a: 1, campaign_id: 'newsletter' });
  }
});

it('nobody can say that a draft, or something else, is a campaign', () => {
  for (const campaign of ['newsletter@draft', 'Summer sale', 'a@b@1', '@1', 'newsletter@']) {
    expect(withCampaignId('form_submitted', { campaign, campaign_id: 'newsletter' })).toEqual({ campaign });
  }
  expect(withCampaignId('popup_clicked', { campaign: 'a@1', campaign_id: 'b' })).toMatchObject({
    campaign_id: 'a',
  });
});

it('other events, and what names no campaign, stay as they are', () => {
  const advertisement = { campaign: 'spring@1', campaign_id: '17' };
  expect(withCampaignId('campaign_details', advertisement)).toBe(advertisement);
  const own = { campaign: { id: 1 }, campaign_id: '17' };
  expect(withCampaignId('form_submitted', own)).toBe(own);
});
