import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildSdk } from '../sdk/build.ts';
import { deploy } from './deploy.ts';

/** An account that remembers what was done to it. */
function account() {
  const databases: { name: string }[] = [];
  const queues: string[] = [];
  const buckets: string[] = [];
  const secrets: Record<string, string> = {};
  const sites = new Map<string, object>();
  const calls: string[] = [];
  const lines: string[] = [];
  const wrangler = (args: string[]): string => {
    const command = args.slice(0, 2).join(' ');
    calls.push(args.filter((arg) => !arg.includes('/')).join(' '));
    if (command === 'whoami --json') return '{"loggedIn":true}';
    if (command === 'd1 list') return JSON.stringify(databases);
    if (command === 'd1 create') databases.push({ name: args[2] ?? '' });
    const [, , name = ''] = args;
    if (command === 'queues create') queues.push(name);
    if (command === 'queues info' && !queues.includes(name))
      throw new Error(`Queue "${name}" does not exist.`);
    if (command === 'r2 bucket') {
      const bucket = args[3] ?? '';
      if (buckets.includes(bucket)) throw new Error('The bucket you tried to create already exists.');
      buckets.push(bucket);
    }
    if (command === 'secret list') {
      if (Object.keys(secrets).length === 0) throw new Error('This Worker does not exist.');
      return JSON.stringify(Object.keys(secrets).map((name) => ({ name })));
    }
    if (args[0] === 'deploy') {
      const file = args[args.indexOf('--secrets-file') + 1];
      if (file && args.includes('--secrets-file')) {
        expect(statSync(file).mode & 0o077).toBe(0);
        Object.assign(secrets, JSON.parse(readFileSync(file, 'utf8')));
      }
      return 'Deployed beckon triggers\n  https://beckon.example.workers.dev\n';
    }
    return '';
  };
  const fetch = (async (url: string, init: RequestInit) => {
    expect(init.headers).toMatchObject({ Authorization: `Bearer ${secrets.ADMIN_TOKEN}` });
    if (init.method === 'PUT') sites.set(url, JSON.parse(String(init.body)));
    return sites.has(url) ? Response.json(sites.get(url)) : new Response('none', { status: 404 });
  }) as typeof globalThis.fetch;
  return {
    secrets,
    sites,
    calls,
    lines,
    surroundings: { wrangler, fetch, log: (line: string) => lines.push(line) },
  };
}

describe('npm run deploy', () => {
  it('makes what is missing, and shows the owner the token and the tag', async () => {
    const cloud = account();
    await deploy({ site: 'shop', origins: ['https://shop.example'] }, cloud.surroundings);
    expect(cloud.calls).toEqual([
      'whoami --json',
      'd1 list --json',
      'd1 create beckon',
      'queues info beckon-events',
      'queues info beckon-events-dead',
      'queues info beckon-deliveries',
      'queues create beckon-events --message-retention-period-secs 1209600',
      'queues create beckon-events-dead --message-retention-period-secs 1209600',
      'queues create beckon-deliveries --message-retention-period-secs 1209600',
      'r2 bucket create beckon-archive',
      'r2 bucket create beckon-pictures',
      'd1 migrations apply beckon --remote --env production',
      'secret list --env production',
      'deploy --env production --secrets-file',
    ]);
    const [site] = cloud.sites.values();
    expect(site).toMatchObject({ origins: ['https://shop.example'] });
    expect(cloud.lines.join('\n')).toContain(cloud.secrets.ADMIN_TOKEN);
    expect(cloud.lines.join('\n')).toMatch(
      /src="https:\/\/beckon.example.workers.dev\/beckon.js" data-write-key="b_/,
    );
  });

  it('is harmless to repeat: keys, secrets, database, queues and buckets stay', async () => {
    const cloud = account();
    const options = { site: 'shop', origins: ['https://shop.example'] };
    await deploy(options, cloud.surroundings);
    const before = JSON.stringify([cloud.secrets, [...cloud.sites]]);
    cloud.calls.length = 0;
    await deploy({ ...options, adminToken: cloud.secrets.ADMIN_TOKEN }, cloud.surroundings);
    expect(cloud.calls.filter((call) => /^(d1|queues) create/.test(call))).toEqual([]);
    expect(cloud.calls.at(-1)).toBe('deploy --env production');
    expect(JSON.stringify([cloud.secrets, [...cloud.sites]])).toBe(before);
  });

  it('replaces no secret and no key because something did not answer', async () => {
    const cloud = account();
    const options = { site: 'shop', origins: [] };
    await deploy(options, cloud.surroundings);
    const before = JSON.stringify([cloud.secrets, [...cloud.sites]]);
    const wrangler = (args: string[]) => {
      if (args[0] === 'secret') throw new Error('A request to the Cloudflare API failed: 502');
      return cloud.surroundings.wrangler(args);
    };
    await expect(deploy(options, { ...cloud.surroundings, wrangler })).rejects.toThrow('502');
    const fetch = async () => new Response('later', { status: 500 });
    const again = { ...options, adminToken: cloud.secrets.ADMIN_TOKEN };
    await expect(deploy(again, { ...cloud.surroundings, fetch })).rejects.toThrow('500');
    expect(JSON.stringify([cloud.secrets, [...cloud.sites]])).toBe(before);
  });

  it('says what to do when nobody is logged in', async () => {
    const { surroundings } = account();
    const wrangler = () => '{"loggedIn":false}';
    await expect(deploy({ origins: [] }, { ...surroundings, wrangler })).rejects.toThrow('wrangler login');
  });

  it.each([
    ['default', []],
    ['production', ['EVENTS (beckon-events)', 'ARCHIVE (beckon-archive)']],
  ])(
    'has a Worker that Cloudflare would take: %s',
    async (environment, more) => {
      await buildSdk();
      const root = join(import.meta.dirname, '..');
      const args = ['deploy', '--dry-run', '--env', environment === 'default' ? '' : environment];
      const printed = execFileSync(join(root, 'node_modules/.bin/wrangler'), args, {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
      });
      const always = [
        'PROFILES (Profile)',
        'BROADCASTS (Broadcast)',
        'DB (beckon)',
        'SNAPSHOTS',
        'PICTURES (beckon-pictures)',
        'ASSETS',
      ];
      for (const binding of [...always, ...more]) {
        expect(printed).toContain(`env.${binding}`);
      }
      expect(printed).toContain('--dry-run: exiting now.');
    },
    60_000,
  );
});
