/** Of the preference page; it stands in the page, under a nonce. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c1c1a; --soft: #55554f; --page: #f4f3ef; --card: #fff; --line: #c9c7bf;
  --strong: #1a5f4a; --on-strong: #fff; --note: #e4f0ea; }
@media (prefers-color-scheme: dark) { :root { --text: #ecebe6; --soft: #b3b1a8; --page: #161614; --card: #20201d;
  --line: #4b4a45; --strong: #7fd1b3; --on-strong: #0b2119; --note: #17362b; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 34rem; margin: 0 auto; }
.shop { margin: 0 0 .25rem; color: var(--soft); }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; }
[role=status] { padding: .75rem 1rem; border-radius: .5rem; background: var(--note); }
.channel { margin: 0 0 1rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--card); }
legend { padding: 0; font-size: .875rem; color: var(--soft); }
fieldset { min-width: 0; margin: .25rem 0 .5rem; margin-inline-start: 2.25rem; padding: 0; border: 0; }
.channel:has(> label > :not(:checked)[name=channel]) > fieldset { display: none; }
label { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; padding: .25rem 0; }
input { flex: none; inline-size: 1.5rem; block-size: 1.5rem; margin: 0; accent-color: var(--strong); }
label b { font-weight: 600; }
label span { display: block; }
small { display: block; font-size: .875rem; color: var(--soft); }
button { inline-size: 100%; min-height: 2.75rem; margin: 0 0 .75rem; padding: .5rem 1rem; border-radius: .5rem; font: inherit;
  font-weight: 600; cursor: pointer; border: 1px solid var(--strong); background: var(--strong); color: var(--on-strong); }
button.quiet { background: transparent; color: var(--strong); }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
@media (forced-colors: active) { button { border: 1px solid ButtonText; } }
`;
