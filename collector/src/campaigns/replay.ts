import type { Env } from '../env.ts';
import type { Campaign } from './schema.ts';

export async function replay(_env: Env, _site: string, _campaign: Campaign, _days: number, _now: number) {
  return { visitors: 0, matched: 0, items: [], cursor: null };
}
