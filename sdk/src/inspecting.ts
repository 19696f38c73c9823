/** Whether a signed link has asked for the inspector: on this page, or earlier in this tab. */
export function inspecting(): unknown {
  try {
    return /beckon_inspect=/.test(location.search) || sessionStorage.beckon_inspect;
  } catch {
    // Storage is refused: this page alone.
    return undefined;
  }
}
