import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMessages, type StoredMessage } from '../../collector/src/message.ts';
import { emptyHistory, extend, type History, isNewer } from '../../collector/src/profile/history.ts';
import { profileJson } from '../../collector/src/profile/profile-json.ts';
import { siteSettings } from '../../collector/src/sites.ts';
import { NO_VISITS, oracle, SHOP } from './oracle.ts';
import { runs } from './runs.ts';
import { cut, DEVICES, heardOf, shuffled, sizes, worlds } from './shopping.ts';
import { shown } from './shown.ts';

function folded(messages: readonly StoredMessage[]): History {
  const history = emptyHistory();
  extend(history, [...messages].sort(compareMessages), SHOP.currency);
  return history;
}

/** As a profile takes over batches: what is new is added, what is late makes it start anew. */
function arrived(batches: readonly (readonly StoredMessage[])[]): History {
  let history = emptyHistory();
  const seen = new Map<string, StoredMessage>();
  for (const batch of batches) {
    const fresh = [...new Map(batch.map((message) => [message.messageId, message])).values()]
      .filter(({ messageId }) => !seen.has(messageId))
      .sort(compareMessages);
    for (const message of fresh) seen.set(message.messageId, message);
    if (isNewer(history, fresh)) extend(history, fresh, SHOP.currency);
    else history = folded([...seen.values()]);
  }
  return history;
}

const SETTINGS = siteSettings.parse({ name: 'Shop' });

describe('a history', () => {
  const visits = worlds.chain((world) => {
    const messages = heardOf(world, 'phone');
    return fc.record({ messages: fc.constant(messages), order: shuffled(messages), sizes });
  });

  it('is the same in whatever order and batches its messages arrive', () => {
    fc.assert(
      fc.property(visits, ({ messages, order, sizes }) => {
        expect(arrived(cut(order, sizes))).toEqual(folded(messages));
      }),
      runs(500),
    );
  });

  it('is what the design says of its messages', () => {
    fc.assert(
      fc.property(visits, ({ messages, order, sizes }) => {
        fc.pre(messages.length > 0);
        expect(shown(profileJson(arrived(cut(order, sizes)), SETTINGS))).toEqual(shown(oracle(messages)));
      }),
      runs(500),
    );
  });
});

describe('sessions', () => {
  it("are the runs of a device's events with gaps of at most 30 minutes", () => {
    fc.assert(
      fc.property(worlds, ({ messages }) => {
        const expected = DEVICES.flatMap((device) => {
          const times = messages
            .filter(
              ({ anonymousId, event }) =>
                anonymousId === device && event !== undefined && !NO_VISITS.includes(event),
            )
            .map((message) => Date.parse(message.timestamp))
            .sort((a, b) => a - b);
          const runs: number[][] = [];
          times.forEach((time, i) => {
            const before = times[i - 1];
            if (before === undefined || time - before > 30 * 60_000) runs.push([]);
            runs.at(-1)?.push(time);
          });
          return runs.map((run) => `${device} ${run[0]} ${run.at(-1)} ${run.length}`);
        });
        const { sessions } = folded(messages);
        const actual = sessions.map((s) => `${s.anonymousId} ${s.start} ${s.end} ${s.events}`);
        expect(actual.sort()).toEqual(expected.sort());
      }),
      runs(300),
    );
  });
});
