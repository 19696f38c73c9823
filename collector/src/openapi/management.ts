import { z } from 'zod';
import { accountsQuery } from '../admin/accounts.ts';
import { couponPool, couponPoolSettings, couponUpload, couponUploadAnswer } from '../admin/coupons.ts';
import { directoryQuery } from '../admin/directory.ts';
import { eventsQuery } from '../admin/events.ts';
import type { Key } from '../admin/key-storage.ts';
import { keyRequest } from '../admin/keys.ts';
import { disownRequest, explainQuery, testVisitorRequest, timelineQuery } from '../admin/profiles.ts';
import { siteRequest } from '../admin/sites.ts';
import { testLink, testLinkRequest } from '../admin/test-link.ts';
import { siteId, siteSettings } from '../sites.ts';
import { BROADCASTS } from './broadcast-routes.ts';
import { CAMPAIGN, decision, explanation, field, membership, SEGMENT, template } from './campaign-answers.ts';
import { definitionRoutes, FROM_TEMPLATE, SEGMENT_SIZE } from './definition-routes.ts';
import { type Described, listOf, type Operation, SITE } from './operation.ts';
import { PICTURES, SERVED_PICTURE } from './picture-routes.ts';
import {
  account,
  accountEntry,
  directoryEntry,
  everythingHeld,
  profile,
  storedMessage,
  timelineItem,
} from './profile-answers.ts';
import { PUSH } from './push-routes.ts';
import { PREFERENCE_PAGE, WEBHOOKS } from './webhook-routes.ts';
import { success } from './wire.ts';

const { identitySecrets: _, ...shownSettings } = siteSettings.shape;
const site = z
  .strictObject({
    id: siteId,
    ...shownSettings,
    identitySecretCount: z.number().int(),
    browserKey: z.string().nullable(),
    serverKey: z.string().nullable(),
  })
  .meta({ id: 'Site' });

const key = z
  .strictObject({
    key: z.string(),
    kind: z.enum(['browser', 'server']),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
  })
  .meta({ id: 'Key' }) satisfies z.ZodType<Key>;

const pool = couponPool.meta({ id: 'CouponPool' });

const SITES: Described[] = [
  { method: 'get', path: '/api/sites', id: 'listSites', summary: 'All sites', answer: listOf(site) },
  {
    method: 'get',
    path: SITE,
    id: 'getSite',
    summary: 'Settings and keys',
    answer: site,
    errors: ['not_found'],
  },
  {
    method: 'put',
    path: SITE,
    id: 'putSite',
    summary: 'Make a site, or replace its settings; keys and secrets that are left out stay',
    body: siteRequest.meta({ id: 'SiteSettings' }),
    answer: site,
    errors: ['conflict', 'unavailable'],
  },
  {
    method: 'get',
    path: `${SITE}/keys`,
    id: 'listKeys',
    summary: 'The write keys that work',
    answer: listOf(key),
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: `${SITE}/keys`,
    id: 'createKey',
    summary: 'Make a new key the current one of its kind; the one before works for a while more',
    body: keyRequest,
    status: 201,
    answer: key,
    errors: ['not_found'],
  },
  {
    method: 'delete',
    path: `${SITE}/keys/:key`,
    id: 'endKey',
    summary: 'End a key that is running out',
    answer: success,
    errors: ['not_found', 'conflict'],
  },
];

const PROFILE = `${SITE}/profiles/:ref`;
const PROFILES: Described[] = [
  {
    method: 'get',
    path: `${SITE}/profiles`,
    id: 'listPeople',
    summary: 'Known people, changed last first; found by how e-mail, name or user id begin',
    query: directoryQuery,
    answer: listOf(directoryEntry),
  },
  { method: 'get', path: PROFILE, id: 'getProfile', summary: 'A visitor or person', answer: profile },
  {
    method: 'delete',
    path: PROFILE,
    id: 'eraseProfile',
    summary: 'Erase a person, with devices, events and facts',
    answer: success,
  },
  {
    method: 'get',
    path: `${PROFILE}/export`,
    id: 'exportProfile',
    summary: 'Everything that is held of a person',
    answer: everythingHeld,
  },
  {
    method: 'get',
    path: `${PROFILE}/timeline`,
    id: 'getTimeline',
    summary: 'What happened and was decided, newest first',
    query: timelineQuery,
    answer: listOf(timelineItem),
  },
  {
    method: 'get',
    path: `${PROFILE}/decisions`,
    id: 'listDecisions',
    summary: 'What was decided of campaigns lately, newest first, with the values seen',
    answer: listOf(decision),
  },
  {
    method: 'get',
    path: `${PROFILE}/explain`,
    id: 'explain',
    summary: 'Why a campaign would be shown now, or why not; whether somebody is in a segment, and why',
    query: explainQuery,
    answer: z.union([explanation, membership]),
  },
  {
    method: 'put',
    path: `${PROFILE}/test`,
    id: 'setTestVisitor',
    summary: 'Make somebody a test visitor: caps and holdouts do not hold, no report counts',
    body: testVisitorRequest,
    answer: success,
  },
  {
    method: 'post',
    path: `${PROFILE}/disown`,
    id: 'disownDevice',
    summary: "Take away a device that is not this person's, with all that it has said",
    body: disownRequest,
    answer: success,
  },
].map((operation): Described => ({ errors: ['not_found'], ...operation }) as Described);

const PEOPLE_AND_EVENTS: Described[] = [
  {
    method: 'get',
    path: `${SITE}/accounts`,
    id: 'listAccounts',
    summary: 'Companies and teams, by id; found by how id or name begin',
    query: accountsQuery,
    answer: listOf(accountEntry),
  },
  {
    method: 'get',
    path: `${SITE}/accounts/:id`,
    id: 'getAccount',
    summary: 'Traits and members of an account',
    answer: account,
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: `${SITE}/events`,
    id: 'listEvents',
    summary: 'The newest events, by arrival; source=all adds what the collector itself has noted',
    query: eventsQuery,
    answer: z.strictObject({ events: z.array(storedMessage) }),
  },
  {
    method: 'post',
    path: `${SITE}/test-links`,
    id: 'createTestLink',
    summary:
      'Sign an address that makes whoever opens it a test visitor, shows him a draft, or opens the inspector',
    body: testLinkRequest,
    answer: testLink,
    errors: ['not_found'],
  },
];

const POOL = `${SITE}/coupon-pools/:pool`;
const COUPONS: Described[] = [
  {
    method: 'get',
    path: `${SITE}/coupon-pools`,
    id: 'listCouponPools',
    summary: 'Pools of codes, and how many are left',
    answer: listOf(pool),
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: POOL,
    id: 'getCouponPool',
    summary: 'One pool',
    answer: pool,
    errors: ['not_found'],
  },
  {
    method: 'put',
    path: POOL,
    id: 'putCouponPool',
    summary: 'Make a pool, or replace its settings',
    body: couponPoolSettings,
    answer: pool,
    errors: ['not_found'],
  },
  {
    method: 'delete',
    path: POOL,
    id: 'deleteCouponPool',
    summary: 'Delete a pool and its codes',
    answer: success,
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: `${POOL}/codes`,
    id: 'addCodes',
    summary: 'Add codes; what is no code costs the others nothing',
    body: couponUpload,
    bodyTexts: { 'text/plain': 'One code a line', 'text/csv': 'A table; its first column counts' },
    answer: couponUploadAnswer,
    errors: ['not_found', 'too_large'],
  },
  {
    method: 'delete',
    path: `${POOL}/codes/:code`,
    id: 'dropCode',
    summary: 'Take a code out that nobody was given',
    answer: success,
    errors: ['not_found', 'conflict'],
  },
];

const HERE: Described[] = [
  {
    method: 'get',
    path: '/api/fields',
    id: 'listFields',
    summary: 'All that audiences may look at',
    answer: listOf(field),
  },
  {
    method: 'get',
    path: '/api/templates',
    id: 'listTemplates',
    summary: 'Campaigns that are ready to be published, in six languages',
    answer: listOf(template),
  },
];

const under = (tag: string, operations: readonly Described[]): Operation[] =>
  operations.map((operation) => ({ ...operation, tag, access: 'admin' }));

/** What the shop's owner and the console call. */
export const MANAGEMENT: readonly Operation[] = [
  ...under('Sites', SITES),
  ...under('Profiles', PROFILES),
  ...under('People and events', PEOPLE_AND_EVENTS),
  ...under('Campaigns', [...definitionRoutes('Campaign', CAMPAIGN, explanation), FROM_TEMPLATE]),
  ...under('Segments', [...definitionRoutes('Segment', SEGMENT, membership), SEGMENT_SIZE]),
  ...under('Broadcasts', BROADCASTS),
  ...under('Coupons', COUPONS),
  ...under('Pictures', PICTURES),
  ...under('Push', PUSH),
  ...under('Webhooks', WEBHOOKS),
  ...under('About', HERE),
  SERVED_PICTURE,
  ...PREFERENCE_PAGE,
  {
    method: 'get',
    path: '/api/openapi.json',
    id: 'describe',
    tag: 'About',
    summary: 'This description (OpenAPI 3.1)',
    access: 'anybody',
    answer: z.looseObject({ openapi: z.string() }),
  },
];
