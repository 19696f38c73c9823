import type { ConsentChannel } from '../../../sdk/src/message.ts';

/** Enough of an address for its owner to know it, and too little for anybody else who opens the link. */
export function masked(channel: ConsentChannel, address: string): string | null {
  if (channel === 'email') {
    const at = address.lastIndexOf('@');
    return `${[...address][0]}•••${address.slice(at)}`;
  }
  return channel === 'telegram' || channel === 'push' ? null : `••• ${address.slice(-3)}`;
}
