import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, readlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import puppeteer, { type Browser as Firefox } from 'puppeteer-core';

interface Program {
  name: string;
  /** Environment variable that names another binary. */
  variable: string;
  commands: string[];
  debianPackage: string;
}
const CHROMIUM: Program = {
  name: 'Chromium',
  variable: 'CHROMIUM',
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  debianPackage: 'chromium',
};
const FIREFOX: Program = {
  name: 'Firefox',
  variable: 'FIREFOX',
  commands: ['firefox-esr', 'firefox'],
  debianPackage: 'firefox-esr',
};
/** On a bus of its own each browser finds the desktop that shows its notifications. */
const DBUS: Program = {
  name: 'dbus-daemon',
  variable: 'DBUS_DAEMON',
  commands: ['dbus-daemon'],
  debianPackage: 'dbus',
};

const QUIET_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];
const NO_BACKGROUND = '--disable-background-networking';
const CHROMIUM_ARGS = [...QUIET_ARGS, NO_BACKGROUND];

/**
 * Makes sure that both browsers and the bus are there, installing Debian's packages where that is possible.
 *
 * @throws naming what to install, where it is not
 */
export function ensureBrowsers(): void {
  const missing = [CHROMIUM, FIREFOX, DBUS].filter((program) => find(program) === null);
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.debianPackage);
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.log(`Installing ${packages.join(' and ')} …`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
    ]) {
      execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
    }
  }
  const still = missing.filter((program) => find(program) === null);
  if (still.length > 0) {
    throw new Error(
      `The browser tests need ${still.map((program) => program.name).join(' and ')}. Install it (Debian: apt-get install ` +
        `${packages.join(' ')}), or name its binary: ${still.map((program) => `${program.variable}=/path/to/it`).join(' ')}`,
    );
  }
}

/** Starts Chromium on a profile folder, so that what it stores outlives it. */
export function startChromium(profile: string, options: LaunchOptions = {}): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: find(CHROMIUM) ?? 'chromium',
    headless: true,
    args: CHROMIUM_ARGS,
    ...options,
  });
}

/** Starts Chromium without a profile: each of its contexts is a new visitor. */
export function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: find(CHROMIUM) ?? 'chromium',
    headless: true,
    args: [...CHROMIUM_ARGS, ...args],
    ...options,
  });
}

/**
 * Starts Chromium with its push client, which is background networking, on a profile folder, for nobody can subscribe
 * without one. Names of other machines lead nowhere.
 */
export function startPushingChromium(
  profile: string,
  { args = [], ...options }: LaunchOptions = {},
): Promise<BrowserContext> {
  return startChromium(profile, {
    ignoreDefaultArgs: [NO_BACKGROUND],
    args: [
      ...QUIET_ARGS,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
      ...args,
    ],
    ...options,
  });
}

/** Kills the Chromium of a profile folder with all of its processes, as a power button would. */
export async function killChromium(profile: string, context: BrowserContext): Promise<void> {
  // A link to `<host>-<process id>`; the browser leads a process group of its own.
  const pid = Number(readlinkSync(join(profile, 'SingletonLock')).split('-').pop());
  const closed = new Promise((done) => context.once('close', done));
  process.kill(-pid, 'SIGKILL');
  await closed;
}

/** Firefox speaks WebDriver BiDi with puppeteer; playwright wants a build of its own. */
export function startFirefox({
  preferences,
  env,
}: {
  preferences?: Record<string, string | number | boolean>;
  env?: Record<string, string | undefined>;
} = {}): Promise<Firefox> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: find(FIREFOX) ?? 'firefox',
    headless: true,
    ...(env && { env }),
    extraPrefsFirefox: {
      // Nothing but this machine can be reached, and nothing else is tried.
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': 9,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': 9,
      // A mouse, also where there is no screen: fine (2) and able to hover (4).
      'ui.primaryPointerCapabilities': 6,
      'ui.allPointerCapabilities': 6,
      ...preferences,
    },
  });
}

/** The bus of a desktop; see push/desktop.ts. */
export const dbusDaemon = (): string => find(DBUS) ?? 'dbus-daemon';

function find({ variable, commands }: Program): string | null {
  const named = process.env[variable];
  if (named) return isProgram(named) ? named : null;
  return commands.map(onPath).find((path) => path !== null) ?? null;
}

function onPath(command: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
  } catch {
    return false;
  }
}
