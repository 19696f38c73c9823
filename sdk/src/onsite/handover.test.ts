import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ArmedMessage } from '../message.ts';
import type { Note } from '../tabs.ts';
import { createHandover } from './handover.ts';
import type { OnsiteHost } from './host.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const popup: ArmedMessage = { id: 'p1', cause: 'made-here', campaign: 'c@1', variant: 'a', triggers: [] };

/** Tabs that hear each other; each has made the messages that are named. */
function tabs(...owned: string[]) {
  const joined: { handover: ReturnType<typeof createHandover>; armed: ReturnType<typeof vi.fn> }[] = [];
  for (const own of owned) {
    const armed = vi.fn();
    const tell = (note: Note) => {
      for (const tab of joined) if (tab.armed !== armed) tab.handover.hear(note);
    };
    const ids = { next: () => '', made: (id: string) => id === own };
    joined.push({ armed, handover: createHandover({ ids, tell } as unknown as OnsiteHost, armed) });
  }
  return joined;
}

test('a popup is armed in the tab whose message caused it, and nowhere else', () => {
  const [sender, owner, other] = tabs('', 'made-here', '');
  sender?.handover.receive(popup);
  vi.advanceTimersByTime(10_000);
  expect(owner?.armed).toHaveBeenCalledExactlyOnceWith(popup);
  expect(sender?.armed).not.toHaveBeenCalled();
  expect(other?.armed).not.toHaveBeenCalled();
});

test('a popup whose page has been left is not lost: the tab that learned of it shows it', () => {
  const [sender, other] = tabs('', '');
  sender?.handover.receive(popup);
  vi.advanceTimersByTime(300);
  expect(sender?.armed).toHaveBeenCalledExactlyOnceWith(popup);
  expect(other?.armed).not.toHaveBeenCalled();
});

test("a tab's own popup does not wait for the others", () => {
  const [owner] = tabs('made-here');
  owner?.handover.receive(popup);
  expect(owner?.armed).toHaveBeenCalledOnce();
});
