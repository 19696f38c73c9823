import type { Beckon } from '../api.ts';
import type { BeckonError, PopupEvent } from '../events.ts';
import { adviceFor, STATUS } from './advice.ts';

const PHASES: Record<PopupEvent['phase'], string> = {
  armed: 'waits for its trigger',
  refused: 'was refused when it was about to be shown',
  show: 'is about to be shown',
  shown: 'is shown',
  clicked: 'was clicked',
  submitted: 'was answered',
  dismissed: 'was closed by the visitor',
  closed: 'was closed, not by the visitor',
};

/** Explains in the console what the SDK does and why. */
export function start(beckon: Beckon): void {
  const say = (level: 'info' | 'warn', text: string, ...details: unknown[]) =>
    console[level](`[beckon] ${text}`, ...details);

  beckon.on('call', (message) =>
    say('info', message.type === 'track' ? `track ${message.event}` : message.type, message),
  );
  beckon.on('delivery', ({ sent, status, answer }) => {
    const well = status >= 200 && status < 300;
    say(
      well ? 'info' : 'warn',
      `delivery of ${sent.length}: ${status}` +
        (well ? '' : `, ${STATUS[status] ?? 'kept, and sent again later.'}`),
      ...(answer?.success ? (answer.warnings ?? []) : []),
    );
  });
  beckon.on('error', ({ code, message, messageId }: BeckonError) => {
    const text = `${code}: ${message.replace(/\.?$/, '.')} ${adviceFor(code, message)}`.trim();
    say('warn', text, ...(messageId ? [{ messageId }] : []));
  });
  beckon.on('message', ({ phase, popup, reason }) =>
    say('info', `popup of ${popup.campaign} ${PHASES[phase]}${reason ? `: ${reason}` : ''}`, popup),
  );
  say('info', 'debug is on. Calls from before this line are not listed.');
}
