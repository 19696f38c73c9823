import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Message, sessionBus } from '@jellybrick/dbus-next';
import { vi } from 'vitest';
import { dbusDaemon } from '../browsers.ts';

/** A notification on the screen. */
export interface Shown {
  id: number;
  title: string;
  body: string;
  /** Keys by what is written on the button. */
  actions: Record<string, string>;
}

/**
 * A desktop of a test's own, as a browser sees it: a D-Bus session with a notification server.
 * https://specifications.freedesktop.org/notification-spec/latest/protocol.html
 */
export interface Desktop {
  /** For `DBUS_SESSION_BUS_ADDRESS` of the browser. */
  address: string;
  /** What is on the screen now, oldest first. */
  shown(): Shown[];
  /** All that has ever been shown, replaced ones included, oldest first. */
  history: Shown[];
  /** Waits until a notification with this title is on the screen; throws with what is there after 20 s. */
  waitFor(title: string): Promise<Shown>;
  /** Presses the notification itself. */
  press(notification: Shown): void;
  /** Presses one of its buttons. @throws when it has no such button */
  act(notification: Shown, button: string): void;
  /** Waves it away. */
  dismiss(notification: Shown): void;
  close(): Promise<void>;
}

/** `closed` for: the person has waved it away, a program has taken it back. */
const REASON = { dismissed: 2, withdrawn: 3 };

/** Only what the configuration says can run on this bus, and it says nothing. */
const busConfig = (
  folder: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=${folder}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const CAPABILITIES = ['actions', 'body', 'body-markup', 'persistence', 'icon-static', 'body-images'];
type NotifyArguments = [
  app: string,
  replaces: number,
  icon: string,
  title: string,
  body: string,
  actions: string[],
];

/** @throws with what the daemon says, when it does not start */
export async function startDesktop(): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-desktop-'));
  const config = join(folder, 'bus.conf');
  writeFileSync(config, busConfig(folder));
  const daemon = spawn(dbusDaemon(), [`--config-file=${config}`, '--print-address', '--nofork'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await firstLine(daemon);
  const bus = sessionBus({ busAddress: address });
  const history: Shown[] = [];
  const onScreen = new Map<number, Shown>();
  const shown = () => [...onScreen.values()];
  const signal = (name: string, signature: string, ...values: unknown[]) =>
    bus.send(Message.newSignal(PATH, NAME, name, signature, values));
  const gone = (id: number, reason: number) => {
    if (onScreen.delete(id)) signal('NotificationClosed', 'uu', id, reason);
  };
  const invoke = (id: number, key: string) => {
    signal('ActivationToken', 'us', id, 'a-token');
    signal('ActionInvoked', 'us', id, key);
  };

  /** @returns the answer's signature and values; null: no such method */
  function answer(method: string, given: unknown[]): [signature: string, ...values: unknown[]] | null {
    switch (method) {
      case 'GetCapabilities':
        return ['as', CAPABILITIES];
      case 'GetServerInformation':
        return ['ssss', 'test', 'test', '1', '1.2'];
      case 'Notify': {
        const [, replaces, , title, body, actions] = given as NotifyArguments;
        const keys = actions.flatMap((key, at) => (at % 2 === 0 ? [[actions[at + 1] ?? '', key]] : []));
        const id = replaces || history.length + 1;
        const notification: Shown = { id, title, body, actions: Object.fromEntries(keys) };
        history.push(notification);
        onScreen.delete(id);
        onScreen.set(id, notification);
        return ['u', id];
      }
      case 'CloseNotification':
        gone(given[0] as number, REASON.withdrawn);
        return [''];
      default:
        return null;
    }
  }
  bus.addMethodHandler((message) => {
    const answered = message.interface === NAME ? answer(message.member, message.body) : null;
    if (!answered) return false;
    const [signature, ...values] = answered;
    bus.send(Message.newMethodReturn(message, signature, values));
    return true;
  });
  await bus.requestName(NAME, 0);

  return {
    address,
    history,
    shown,
    waitFor: (title) =>
      vi.waitFor(
        () => {
          const found = shown().find((notification) => notification.title === title);
          if (!found) throw new Error(`No notification "${title}"; there is ${JSON.stringify(history)}`);
          return found;
        },
        { timeout: 20_000, interval: 20 },
      ),
    press: ({ id }) => invoke(id, 'default'),
    act({ id, actions }, button) {
      const key = actions[button];
      if (!key) throw new Error(`No button "${button}" among ${Object.keys(actions).join(', ')}`);
      invoke(id, key);
    },
    dismiss: ({ id }) => gone(id, REASON.dismissed),
    async close() {
      bus.disconnect();
      const ended = new Promise((done) => daemon.once('exit', done));
      if (daemon.exitCode === null && daemon.kill()) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function firstLine(daemon: ChildProcess): Promise<string> {
  let complaint = '';
  daemon.stderr?.on('data', (text) => {
    complaint += text;
  });
  return new Promise((done, fail) => {
    daemon.once('error', fail);
    daemon.once('exit', () => fail(new Error(`dbus-daemon did not start: ${complaint}`)));
    if (daemon.stdout) createInterface(daemon.stdout).once('line', done);
  });
}
