/** Who is in the demo's directory, and what they have bought. */

export interface Person {
  /** Of customers; a guest's order does not tell it. */
  name?: string;
  email: string;
  phone?: string;
  locale: string;
  /** Has an account in the shop; others order as guests, or only read the newsletter. */
  customer?: true;
  loyaltyCard?: string;
  /** When the newsletter was subscribed to, on the phone; days ago. */
  subscribed?: number;
  /** The company that this customer buys for. */
  company?: string;
  orders?: Order[];
}

export interface Order {
  /** Days ago. */
  placed: number;
  items: string[];
  currency: 'EUR' | 'USD';
  /** The states that it has passed, one a day; of an imported order the last one. */
  states: string[];
  /** Comes from the shop's old system, which knows of no visits. */
  imported?: true;
}

const DELIVERED = ['paid', 'shipped', 'delivered'];

export const COMPANIES: Record<string, { name: string; city: string; plan: string }> = {
  'graz-alpine-club': { name: 'Alpine Club Graz', city: 'Graz', plan: 'wholesale' },
};

export const CAST: Record<string, Person> = {
  ines: { email: 'ines.carvalho@example.com', locale: 'en-GB', subscribed: 3 },
  tobias: { email: 'tobias.lind@example.com', locale: 'en-US', subscribed: 9 },
  wanda: { email: 'wanda@example.net', locale: 'de-DE', subscribed: 17 },
  noor: {
    name: 'Noor Haddad',
    email: 'noor.haddad@example.com',
    locale: 'en-US',
    customer: true,
    subscribed: 24,
    orders: [
      { placed: 21, items: ['ember-kettle', 'dawn-mug'], currency: 'USD', states: DELIVERED },
      { placed: 2, items: ['heather-blanket'], currency: 'USD', states: ['paid', 'shipped'] },
    ],
  },
  jonas: {
    name: 'Jonas Weber',
    email: 'jonas.weber@example.de',
    locale: 'de-DE',
    customer: true,
    orders: [
      { placed: 26, items: ['firefly-lantern', 'perch-stool'], currency: 'EUR', states: DELIVERED },
      { placed: 14, items: ['loft-beanie'], currency: 'EUR', states: [...DELIVERED, 'returned'] },
    ],
  },
  sam: {
    name: 'Sam Okafor',
    email: 'sam.okafor@example.com',
    locale: 'en-US',
    customer: true,
    orders: [
      { placed: 6, items: ['hearth-skillet', 'drift-spoons'], currency: 'USD', states: ['cancelled'] },
      { placed: 5, items: ['hearth-skillet'], currency: 'USD', states: ['paid'] },
    ],
  },
  priya: {
    email: 'priya.raman@example.com',
    phone: '+44 20 7946 0321',
    locale: 'en-GB',
    orders: [{ placed: 4, items: ['smoke-pine-tea', 'frost-flask'], currency: 'USD', states: ['paid'] }],
  },
  amelie: {
    name: 'Amélie Laurent',
    email: 'amelie.laurent@example.fr',
    phone: '+33 1 99 00 12 34',
    locale: 'fr-FR',
    customer: true,
    loyaltyCard: 'TT-2209-118',
    orders: [
      {
        placed: 340,
        items: ['cairn-pour-over', 'dawn-mug'],
        currency: 'EUR',
        states: ['delivered'],
        imported: true,
      },
      { placed: 150, items: ['lark-notebook'], currency: 'EUR', states: ['cancelled'], imported: true },
      { placed: 1, items: ['heather-blanket', 'frost-flask'], currency: 'EUR', states: ['paid'] },
    ],
  },
  henrik: {
    name: 'Henrik Dahl',
    email: 'henrik.dahl@example.com',
    phone: '+47 22 00 55 10',
    locale: 'en-GB',
    customer: true,
    loyaltyCard: 'TT-1904-007',
    orders: [
      { placed: 290, items: ['hearth-skillet'], currency: 'USD', states: ['delivered'], imported: true },
      { placed: 215, items: ['loft-beanie'], currency: 'USD', states: ['returned'], imported: true },
    ],
  },
  lena: {
    name: 'Lena Gruber',
    email: 'lena.gruber@example.at',
    locale: 'de-AT',
    customer: true,
    company: 'graz-alpine-club',
    orders: [
      {
        placed: 11,
        items: ['frost-flask', 'frost-flask', 'firefly-lantern'],
        currency: 'EUR',
        states: DELIVERED,
      },
    ],
  },
  max: {
    name: 'Max Huber',
    email: 'max.huber@example.at',
    locale: 'de-AT',
    customer: true,
    company: 'graz-alpine-club',
    orders: [{ placed: 7, items: ['perch-stool'], currency: 'EUR', states: ['paid', 'shipped'] }],
  },
};
