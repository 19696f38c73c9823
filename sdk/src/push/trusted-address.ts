/** https://www.w3.org/TR/trusted-types/ */
interface Policy {
  createScriptURL(address: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;

/**
 * What `register` takes on a page under `require-trusted-types-for 'script'`: an address that comes from a policy, which
 * the page's header has to allow: `trusted-types beckon`. The same text where that is refused, or nobody asks for it.
 */
export function trustedAddress(address: string): string {
  try {
    policy ??= (window as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('beckon', {
      createScriptURL: (text) => text,
    });
  } catch {
    // Another policy may convert texts, or nothing demands one.
  }
  return policy?.createScriptURL(address) ?? address;
}

/** Whether the page's header refuses the address: what it says of scripts it says of workers. Nothing is loaded. */
export function isRefused(address: string): boolean {
  try {
    document.createElement('script').src = trustedAddress(address);
    return false;
  } catch {
    return true;
  }
}
