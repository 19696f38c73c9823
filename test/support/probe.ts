import type { Beckon } from '../../sdk/src/api.ts';
import type { PopupEvent } from '../../sdk/src/events.ts';
import type { Message } from '../../sdk/src/message.ts';

/** What stands in a page before anything else of it, and records what a visitor or a shop would notice. */
export interface Probe {
  /** What a Content-Security-Policy has forbidden. */
  violations: string[];
  /** Exceptions that nobody caught. */
  faults: string[];
  /** Calls that became messages. */
  calls: Message[];
  /** What `beckon.on('error')` has told. */
  problems: string[];
  popups: PopupEvent[];
  /** All layout shifts, those after input as well: how much, and what moved from where to where. */
  shifts: string[];
  /** Tasks of more than 50 ms: when they began, and their length (ms). */
  longTasks: [start: number, length: number][];
  listen(beckon: Beckon): void;
  root(): ShadowRoot | undefined;
  /** In the popup where it begins with `>>`, else in the page. */
  find<Found extends HTMLElement = HTMLElement>(selector: string): Found | undefined;
  /** The popup, where it is on the screen. */
  surface(): HTMLElement | undefined;
  /** What has the focus, also inside the popup: a tag with its id or class, and name or text. */
  focus(): string;
  /** Names of the popups' own events so far, each with how or what it was about. */
  told(): string[];
}
declare global {
  var probe: Probe;
  var beckon: Beckon;
}

/** Runs in the page, as text: it may use nothing from outside itself. */
export function installProbe(): void {
  const probe: Probe = {
    violations: [],
    faults: [],
    calls: [],
    problems: [],
    popups: [],
    shifts: [],
    longTasks: [],
    listen(beckon) {
      beckon.on('call', (message) => probe.calls.push(message));
      beckon.on('error', ({ code, message }) => probe.problems.push(`${code}: ${message}`));
      beckon.on('message', (event) => probe.popups.push(event));
    },
    root: () => document.querySelector('[data-beckon=popup]')?.shadowRoot ?? undefined,
    find<Found extends HTMLElement>(selector: string) {
      const [, inside] = selector.split('>>');
      const found = inside ? probe.root()?.querySelector(inside) : document.querySelector(selector);
      return (found ?? undefined) as Found | undefined;
    },
    surface: () => {
      const surfaces = probe.root()?.querySelectorAll<HTMLElement>('.popup:not(.tab)') ?? [];
      return [...surfaces].find((one) => one.checkVisibility());
    },
    focus() {
      let at = document.activeElement as HTMLInputElement | null;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement as HTMLInputElement;
      if (!at) return 'nothing';
      const { localName, id, classList, name, value, type } = at;
      const what = id && !/^[ef]\d+$/.test(id) ? `#${id}` : classList[0] ? `.${classList[0]}` : '';
      const said = name ? `${name}${type === 'radio' ? `=${value}` : ''}` : (at.ariaLabel ?? '');
      return `${localName}${what} ${said || (at.children[0] ? '' : at.textContent)}`.trim();
    },
    told: () =>
      probe.calls.flatMap((message) => {
        if (message.type !== 'track' || !/^(popup|form|survey)_/.test(message.event)) return [];
        const { how, action, score } = message.properties ?? {};
        return [message.event, how ?? action ?? score].filter((part) => part !== undefined).join(' ');
      }),
  };
  globalThis.probe = probe;
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
    probe.violations.push(`${violatedDirective} ${blockedURI} ${sample}`);
  });
  addEventListener('error', ({ message }) => probe.faults.push(message));
  addEventListener('unhandledrejection', ({ reason }) => probe.faults.push(`${reason}`));
  const observe = (type: string, use: (entry: PerformanceEntry) => void) => {
    if (PerformanceObserver.supportedEntryTypes.includes(type))
      new PerformanceObserver((list) => list.getEntries().forEach(use)).observe({ type, buffered: true });
  };
  observe('layout-shift', (entry) => {
    const { value, sources } = entry as PerformanceEntry & {
      value: number;
      sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
    };
    const place = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join();
    const moved = sources.map(({ node, previousRect, currentRect }) => {
      const of = node instanceof Element ? node : node?.parentElement;
      return `${of?.localName}.${of?.className} ${place(previousRect)} → ${place(currentRect)}`;
    });
    probe.shifts.push([value, ...moved].join('; '));
  });
  observe('longtask', ({ startTime, duration }) => {
    probe.longTasks.push([Math.round(startTime), Math.round(duration)]);
  });
}
