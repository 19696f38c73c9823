/**
 * Where a device's messages belong, once somebody has identified on it. Devices only ever link upwards, to a person.
 * While `moving`, the device's chunks are being handed over and nothing new is stored here; then only this is left.
 */
export interface Link {
  /** Name of the person's object. */
  person: string;
  /**
   * Grows with each person of this device: what was said under an earlier one is never carried over. It is the time of
   * the change, ms since the epoch, so that it also grows where the device was forgotten in between.
   */
  epoch: number;
  phase: 'moving' | 'moved';
  /** Whom the device must leave first. */
  previous: { person: string; epoch: number } | null;
  /** All earlier people, the latest first: they hold what the device said under them. */
  before: string[];
}

const MAX_BEFORE = 50;

/** A device in one epoch. */
export interface Device {
  anonymousId: string;
  epoch: number;
}

/** A device as its person knows it; one that has left is remembered, so that a late attach does not bring it back. */
export interface KnownDevice extends Device {
  left: boolean;
}

/** The link after `person` has identified on a device; the same one while it is the same person. */
export function identified(link: Link | null, person: string, now: number): Link {
  if (link?.person === person) return link;
  const previous = link && { person: link.person, epoch: link.epoch };
  const before = link ? [...new Set([link.person, ...link.before])].slice(0, MAX_BEFORE) : [];
  return { person, epoch: Math.max((link?.epoch ?? 0) + 1, now), phase: 'moving', previous, before };
}

/** Whether messages of this device, in this epoch, are the person's. */
export function holds(devices: readonly KnownDevice[], { anonymousId, epoch }: Device): boolean {
  return devices.some((known) => known.anonymousId === anonymousId && known.epoch === epoch && !known.left);
}

/** After an attach; one of an older epoch, or of one that the device has left, changes nothing. */
export function withDevice(devices: readonly KnownDevice[], device: Device): KnownDevice[] {
  const known = devices.find(({ anonymousId }) => anonymousId === device.anonymousId);
  if (known && known.epoch >= device.epoch) return [...devices];
  return [...devices.filter((other) => other !== known), { ...device, left: false }];
}

/** After a detach, which may come before the attach of the same epoch. */
export function withoutDevice(devices: readonly KnownDevice[], device: Device): KnownDevice[] {
  const known = devices.find(({ anonymousId }) => anonymousId === device.anonymousId);
  if (known && known.epoch > device.epoch) return [...devices];
  return [...devices.filter((other) => other !== known), { ...device, left: true }];
}
