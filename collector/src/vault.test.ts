import { describe, expect, it } from 'vitest';
import { seal, unseal } from './vault.ts';

const SECRET = 'a private key, ключ, 🔑';

describe('what is sealed', () => {
  it('opens with the same key, under the same label, and looks different each time', async () => {
    const [one, two] = [await seal(SECRET, 'of a', 'key'), await seal(SECRET, 'of a', 'key')];
    expect(one).toMatch(/^[\w-]+$/);
    expect(one).not.toBe(two);
    for (const sealed of [one, two]) expect(await unseal(sealed, 'of a', 'key')).toBe(SECRET);
    expect(await unseal(await seal('', 'of a', 'key'), 'of a', 'key')).toBe('');
  });

  it('opens for nobody else, nor as the secret of somebody else', async () => {
    const sealed = await seal(SECRET, 'of a', 'key');
    await expect(unseal(sealed, 'of a', 'other key')).rejects.toThrow();
    await expect(unseal(sealed, 'of b', 'key')).rejects.toThrow();
  });

  it('opens no more once any part of it was changed, or a part is missing', async () => {
    const sealed = await seal(SECRET, 'of a', 'key');
    for (const at of [0, 15, 17, sealed.length - 2]) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      await expect(unseal(changed, 'of a', 'key'), String(at)).rejects.toThrow();
    }
    for (const broken of ['', 'AAAA', sealed.slice(0, 20), sealed.slice(4), '€']) {
      await expect(unseal(broken, 'of a', 'key'), broken).rejects.toThrow();
    }
  });
});
