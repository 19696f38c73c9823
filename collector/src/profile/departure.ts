import { forgetCartLinks } from '../carts/forget-cart-links.ts';
import type { Env } from '../env.ts';
import type { Site } from '../sites.ts';
import { forgetFacts } from '../store/forget-facts.ts';
import { type Belonging, RETRY_MS } from './belonging.ts';
import type { Codes } from './codes.ts';
import type { Holding } from './holding.ts';
import { peopleOf } from './link.ts';
import { askOwner } from './people.ts';
import { anonymousIdOf, deviceName, isAnonymous, siteOf } from './profile-name.ts';
import type { Records } from './records.ts';
import type { Elsewhere } from './rpc.ts';
import { decidedFor } from './state.ts';

/** How a device is parted from a person, and how either is erased. What is begun here the alarm completes. */
export class Departure {
  readonly #records: Records;
  readonly #belonging: Belonging;
  readonly #holding: Holding;
  readonly #codes: Codes;
  readonly #env: Env;
  /** Tells the store what it does not know yet, facts included. */
  readonly #settle: () => Promise<void>;
  readonly #site: () => Promise<Site>;

  constructor(
    records: Records,
    belonging: Belonging,
    holding: Holding,
    codes: Codes,
    env: Env,
    settle: () => Promise<void>,
    site: () => Promise<Site>,
  ) {
    this.#records = records;
    this.#belonging = belonging;
    this.#holding = holding;
    this.#codes = codes;
    this.#env = env;
    this.#settle = settle;
    this.#site = site;
  }

  /** Erases what this object is: a device, or a person. */
  end(): Promise<void> {
    return isAnonymous(this.#records.name) ? this.forget() : this.erase();
  }

  /**
   * At a device: erases all that it has sent, here, in the store, and with all people to whom it has belonged. It takes
   * nothing more until that is done.
   */
  async forget(): Promise<void> {
    this.#close();
    await this.#belonging.rest();
    const { link, formerly } = this.#records.state;
    const anonymousId = anonymousIdOf(this.#records.name);
    for (const person of new Set([...(link ? peopleOf(link) : []), ...formerly])) {
      await askOwner<null>(
        person,
        this.#env,
        async (profile) => profile.forgetDevice(anonymousId) as Promise<Elsewhere | null>,
      );
    }
    await this.#erase();
  }

  /**
   * At a person: erases his devices, e-mails and phones, and everything that he has done, here and in the store. It
   * takes nothing more until that is done.
   */
  async erase(): Promise<void> {
    this.#close();
    const { name } = this.#records;
    const { devices, contacts } = this.#records.state;
    const mine = [name, ...contacts];
    for (const { anonymousId } of devices) {
      await this.#env.PROFILES.getByName(deviceName(siteOf(name), anonymousId)).eraseAsPartOf(mine);
    }
    for (const contact of contacts) await this.#env.PROFILES.getByName(contact).eraseAsPartOf(mine);
    await this.#erase();
  }

  async #erase(): Promise<void> {
    await this.#codes.forget();
    await this.#records.erase(Date.now() + RETRY_MS);
  }

  #close(): void {
    if (!this.#records.exists) return;
    this.#records.write((state) => {
      state.forgetting = true;
    });
    this.#records.wakeAt(Date.now() + RETRY_MS);
  }

  /** At a person: erases what one of its devices has sent, here and in the store, and takes no more of it. */
  async forgetDevice(anonymousId: string): Promise<void> {
    if (!this.#records.exists) return;
    this.#holding.refuse(anonymousId);
    await this.#release(anonymousId);
    this.#records.wakeAt(Date.now() + RETRY_MS);
    await this.#settle();
  }

  /**
   * At a person: a device turned out not to be his. All that it has said and was shown goes back to it, but for codes,
   * which are nobody's then. It belongs to nobody until somebody identifies on it again, and nothing of what was until
   * now is ever handed over again.
   *
   * @returns whether he had it
   */
  async disown(anonymousId: string): Promise<boolean> {
    const { name } = this.#records;
    const { devices, contacts } = this.#records.state;
    if (!devices.some((known) => known.anonymousId === anonymousId)) return false;
    const device = this.#env.PROFILES.getByName(deviceName(siteOf(name), anonymousId));
    await device.leave([name, ...contacts]);
    // From here on nothing of the device is taken; so the copy is whole, and what is told twice counts once.
    this.#holding.refuse(anonymousId);
    await this.#belonging.unfold();
    const decided = decidedFor(this.#records.state, anonymousId);
    await device.takeBack(this.#holding.toldBy(anonymousId), JSON.stringify(decided));
    await this.#release(anonymousId);
    await this.#settle();
    await device.settle(this.#records.state.revision);
    return true;
  }

  /** Of a person with more sessions or orders than are remembered: those of one device. */
  async #purge(site: Site, anonymousId: string): Promise<void> {
    const { history } = this.#records.state;
    if (history.olderSessions + history.orders.older.count === 0) return;
    await forgetFacts(this.#env.DB, site.id, this.#records.name, anonymousId);
    this.#records.write((state) => {
      state.purging = [...new Set([...state.purging, anonymousId])];
    });
  }

  /** Facts that were on their way through the queue have arrived by now. */
  async purgeAgain(): Promise<void> {
    const { purging } = this.#records.state;
    if (purging.length === 0) return;
    const site = await this.#site();
    for (const anonymousId of purging)
      await forgetFacts(this.#env.DB, site.id, this.#records.name, anonymousId);
    this.#records.write((state) => {
      state.purging = state.purging.filter((id) => !purging.includes(id));
    });
  }

  async #release(anonymousId: string): Promise<void> {
    const site = await this.#site();
    // What lies in them may have been put in on this device.
    await forgetCartLinks(this.#env.DB, site.id, this.#records.name).run();
    await this.#settle();
    await this.#purge(site, anonymousId);
    await this.#belonging.unfold();
    await this.#codes.leaveOf(anonymousId);
    this.#holding.release(anonymousId, site);
  }
}
