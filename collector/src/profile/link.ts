import { rankOf } from './profile-name.ts';

/**
 * Where the messages of a device belong, once somebody has identified on it. Links only ever lead upwards.
 *
 * - `moving`: the chunks are being handed over, and nothing new is stored here; then `moved`: only this is left.
 * - `lending`: who identified has not proven it. All stays here, and the person gets copies.
 */
export interface Link {
  /** Name of the person's object. */
  person: string;
  /** While `lending`: what was named, if that has turned out to be this person's e-mail, phone or card. */
  named?: string;
  /** The device's: see {@link Device}. */
  epoch: number;
  phase: 'moving' | 'moved' | 'lending';
  /** Whom the device must leave first. */
  previous: { person: string; epoch: number } | null;
  /** All earlier people, the latest first: they hold what the device said under them. */
  before: string[];
  /** Of an e-mail, phone or card: whether a server or a proof said so. */
  certain?: boolean;
}

const MAX_BEFORE = 50;

/**
 * A device in one epoch. Epochs grow with each person of the device: what was said in an earlier one is never carried
 * over. An epoch is the time of its beginning, ms since the epoch, so that it also grows where the device was
 * forgotten in between.
 */
export interface Device {
  anonymousId: string;
  epoch: number;
}

/** A device as its person knows it; one that has left is remembered, so that a late attach does not bring it back. */
export interface KnownDevice extends Device {
  left: boolean;
  /** Whether it may be shown what is the person's. */
  verified: boolean;
}

/** How far the name that a message gives can be believed. */
export type Trust =
  | 'trusted'
  | 'claimed'
  /** By a link that was sent to the person, and may have been passed on: it never parts a device from somebody. */
  | 'referred';

/** What a device does with messages that name `wanted`. */
export type Step =
  /** They are stored here; what they claim of a user id does not count. */
  | { kind: 'stay'; claims: boolean }
  /** They go to the person that the device belongs to. */
  | { kind: 'go' }
  /** The link changes first. `sealed`: what was said until now stays behind. */
  | { kind: 'link'; phase: 'moving' | 'lending'; sealed: boolean }
  /** The device leaves its person, and belongs to nobody. */
  | { kind: 'leave' };

/**
 * What happens to messages that name a person, or nobody (`null`).
 *
 * @param required whether the site takes no user id without proof
 * @param corrected whether they correct what named the person of a device that lends: it was a slip, and nobody else
 */
export function stepFor(
  link: Link | null,
  wanted: string | null,
  trust: Trust,
  required: boolean,
  corrected = false,
): Step {
  const here: Step =
    link === null || link.phase === 'lending' ? { kind: 'stay', claims: true } : { kind: 'go' };
  if (wanted === null) return here;
  if (link?.person === wanted) {
    return link.phase === 'lending' && trust === 'trusted'
      ? { kind: 'link', phase: 'moving', sealed: false }
      : here;
  }
  const named = link?.named ?? link?.person ?? null;
  if (wanted === named) return here;
  if (trust === 'referred' && (link !== null || required)) return here;
  const rank = rankOf(wanted);
  // Who has logged in is not somebody else for naming an e-mail.
  if (named !== null && rank < rankOf(named)) return here;
  const another =
    link !== null &&
    // Who was left in this epoch does not take the device again in the same.
    !(corrected && !link.before.includes(wanted)) &&
    [named, link.person].some((name) => name !== null && rank === rankOf(name));
  if (trust === 'trusted')
    return { kind: 'link', phase: 'moving', sealed: link?.phase === 'lending' && another };
  if (link !== null && link.phase !== 'lending') return { kind: 'leave' };
  if (required) return { kind: 'stay', claims: false };
  return { kind: 'link', phase: 'lending', sealed: another };
}

/**
 * The link after `person` has identified on a device. What the device has only lent it takes along, in the same epoch.
 *
 * @param epoch of the device while it belonged to nobody, and whom it had belonged to before that
 */
export function linked(
  link: Link | null,
  person: string,
  { phase, sealed }: { phase: 'moving' | 'lending'; sealed: boolean },
  { epoch, formerly }: { epoch: number; formerly: string[] },
  now: number,
): Link {
  if (link === null) return { person, epoch: epoch || now, phase, previous: null, before: formerly };
  if (link.person === person) return { ...link, phase };
  const before = peopleOf(link);
  const previous = { person: link.person, epoch: link.epoch };
  const same = link.phase === 'lending' && !sealed;
  return { person, epoch: same ? link.epoch : Math.max(link.epoch + 1, now), phase, previous, before };
}

/** Everybody whom a device has belonged to, the latest first. */
export function peopleOf(link: Link): string[] {
  return [...new Set([link.person, ...link.before])].slice(0, MAX_BEFORE);
}

/** Whether messages of this device, in this epoch, are the person's. */
export function holds(devices: readonly KnownDevice[], { anonymousId, epoch }: Device): boolean {
  return devices.some(
    (known) => known.anonymousId === anonymousId && known.epoch === epoch && known.verified && !known.left,
  );
}

/** Devices that one person has at the same time, and that are remembered after they have left. */
const MAX_DEVICES = 50;

/**
 * After an attach; one of an older epoch, or of one that the device has left, changes nothing. Of too many, the one
 * that was idle for longest is released.
 *
 * @param lastSeen ms since the epoch
 */
export function withDevice(
  devices: readonly KnownDevice[],
  device: Device & { verified: boolean },
  lastSeen: (device: KnownDevice) => number,
): KnownDevice[] {
  const known = devices.find(({ anonymousId }) => anonymousId === device.anonymousId);
  if (known && known.epoch > device.epoch) return [...devices];
  if (known && known.epoch === device.epoch && (known.left || known.verified)) return [...devices];
  const all = [...devices.filter((other) => other !== known), { ...device, left: false }];
  const others = all.filter((other) => !other.left).slice(0, -1);
  if (others.length < MAX_DEVICES) return all;
  const claimed = others.filter((other) => !other.verified);
  const idlest = (claimed.length > 0 ? claimed : others).reduce((a, b) =>
    lastSeen(b) < lastSeen(a) ? b : a,
  );
  return bounded(all.map((other) => (other === idlest ? { ...other, left: true } : other)));
}

/** After a detach, which may come before the attach of the same epoch. */
export function withoutDevice(devices: readonly KnownDevice[], device: Device): KnownDevice[] {
  const known = devices.find(({ anonymousId }) => anonymousId === device.anonymousId);
  if (known && known.epoch > device.epoch) return [...devices];
  const { anonymousId, epoch } = device;
  const left = { anonymousId, epoch, verified: known?.verified ?? false, left: true };
  return bounded([...devices.filter((other) => other !== known), left]);
}

function bounded(devices: readonly KnownDevice[]): KnownDevice[] {
  const left = devices.filter((device) => device.left);
  const forgotten = new Set(left.slice(0, -MAX_DEVICES));
  return devices.filter((device) => !forgotten.has(device));
}
