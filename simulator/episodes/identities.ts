/** Episodes of the transaction rules T2, T3, T5, T7 and T10: borrowed identities, and orders that nobody placed. */
import { settle } from '../deal.ts';
import type { Document } from '../documents.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';
import { buyerAndAddress, dear, type Episode, good, GRADE, MINUTE, type Scene, seller as sellerOf, severity, someSeller, spread, subject, within } from './episode.ts';
import { besides, MOST } from './financial.ts';
import { observed } from './observations.ts';

/** Somebody else at the same door, or with the same phone. */
const at = (home: Person, { dealer }: Scene, random: Random): Person => ({ ...dealer.person(random), address: home.address, district: home.district });
/** The same text for whoever reads it: blanks, a country, letters in full width. */
const respelt = (address: string, random: Random): string => random.pick([address, `中国${address}`, address.replace('路', '路 '), address.replace('号', '号，')]);

/** Orders by so many people for one address, at whatever sellers. */
function together(random: Random, start: number, scene: Scene, episode: string, home: Person, count: number) {
  return spread(count, start, within(scene, 8000), (when) => {
    const buyer = at(home, scene, random);
    const deal = scene.dealer.draw(random, when, { buyer: { ...buyer, address: respelt(home.address, random) }, lineCount: 1, episode });
    deal.consignee = deal.receiver = deal.buyer;
    return deal;
  });
}

export const sharedAddress: Episode = {
  id: 'transaction/shared-address',
  label: { en: 'Borrowed identities, one door, its address written in several ways', zh: '借用多个身份寄往同一地址，地址写法各异' },
  plan(random, start, scene) {
    const home = scene.dealer.person(random);
    const level = severity(random);
    const subjects = subject('address', home.address);
    return { deals: together(random, start, scene, this.id, home, [6, 12, 22, 53][level] as number), subjects, grade: GRADE[level], also: [{ rule: 'transaction/resale', subjects }, { rule: 'transaction/split-orders', subjects }] };
  },
};

export const knownPickUp: Episode = {
  id: 'transaction/shared-address', lookAlike: true,
  label: { en: 'A parcel station with forty people\'s orders', zh: '四十人取件的快递驿站' },
  plan(random, start, scene) {
    const home = scene.dealer.person(random);
    const station = { ...home, address: `${home.address}菜鸟驿站` };
    return { deals: together(random, start, scene, this.id, station, 40), subjects: subject('address', station.address) };
  },
};

export const family: Episode = {
  id: 'transaction/shared-address', lookAlike: true,
  label: { en: 'A family of four who order all day', zh: '一家四口全天多次下单' },
  plan(random, start, scene) {
    const home = scene.dealer.person(random);
    const people = [home, ...Array.from({ length: 3 }, () => at(home, scene, random))];
    const deals = spread(8, start, within(scene, 8000), (when, i) => {
      const deal = scene.dealer.draw(random, when, { buyer: people[i % 4] as Person, good: good(['3304990049', '1905310000', '3305100090', '2009120000'][i >> 1] as string), quantity: 1, episode: this.id });
      deal.consignee = deal.receiver = deal.buyer;
      return deal;
    });
    return { deals, subjects: subject('address', home.address) };
  },
};

/** Orders under one phone by people who live apart. */
function oneNumber(random: Random, start: number, scene: Scene, episode: string, phone: string, people: readonly Person[], orders: number) {
  return spread(orders, start, within(scene, 8000), (when, i) => {
    const buyer = { ...(people[i % people.length] as Person), phone: random.pick([phone, `+86${phone}`, `0086 ${phone}`]) };
    const deal = scene.dealer.draw(random, when, { buyer, episode });
    deal.consignee = deal.receiver = buyer;
    return deal;
  });
}

export const sharedPhone: Episode = {
  id: 'transaction/shared-phone',
  label: { en: 'Many identities, each with an address of its own, under one phone', zh: '多个身份地址各异但使用同一电话' },
  plan(random, start, scene) {
    const level = severity(random);
    const people = Array.from({ length: [3, 6, 11, 21][level] as number }, () => scene.dealer.person(random));
    const { phone } = people[0] as Person;
    return { deals: oneNumber(random, start, scene, this.id, phone, people, people.length), subjects: subject('phone', phone), grade: GRADE[level] };
  },
};

export const couple: Episode = {
  id: 'transaction/shared-phone', lookAlike: true,
  label: { en: 'A couple with one phone and ten orders', zh: '夫妻共用电话多次下单' },
  plan(random, start, scene) {
    const people = [scene.dealer.person(random), scene.dealer.person(random)];
    const { phone } = people[0] as Person;
    return { deals: oneNumber(random, start, scene, this.id, phone, people, 10), subjects: subject('phone', phone), also: [{ rule: 'financial/payment-burst', subjects: subject('payer', ...people.map(({ idNumber }) => idNumber)) }] };
  },
};

const DRAINED = [0.03, 0.05, 0.1, 0.2] as const;
/** Orders of one identity, dear ones, that come to 24,780 to 25,900 CNY together. */
const EACH = 6;

/** Forty ordinary buyers of a seller, and some who buy dear things, six each. */
function drain(random: Random, start: number, scene: Scene, episode: string, buyers: (all: number) => number, yuan: () => number) {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const ordinary = spread(40, start, within(scene, 10_000) / 2, (when) => scene.dealer.draw(random, when, { seller, newcomer: true, episode }));
  const people = Array.from({ length: Math.min(MOST / EACH, buyers(40 + besides(scene, seller.zone, start))) }, () => scene.dealer.person(random));
  const deals = spread(people.length * EACH, start, within(scene, 20_000), (when, i) => scene.dealer.draw(random, when, { ...dear(random, yuan()), seller, buyer: people[i % people.length] as Person, episode }));
  const also = [
    { rule: 'transaction/split-orders', subjects: buyerAndAddress(...people) }, { rule: 'transaction/annual-quota', subjects: subject('buyer', ...people.map(({ idNumber }) => idNumber)) },
    { rule: 'financial/payment-burst', subjects: subject('payer', ...people.map(({ idNumber }) => idNumber)) }, { rule: 'financial/near-limit', subjects: sellerOf(seller) },
  ];
  return { deals: [...ordinary, ...deals], subjects: sellerOf(seller), also };
}

export const quotaDraining: Episode = {
  id: 'transaction/quota-draining',
  label: { en: 'A seller whose bought identities are used to their yearly limit', zh: '商户逐个用尽所收购身份的年度额度' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = drain(random, start, scene, this.id, (all) => Math.ceil(DRAINED[level] * 1.15 * all / (1 - DRAINED[level])), () => random.between(4135, 4275));
    return made && { ...made, grade: GRADE[level] };
  },
};

export const goodCustomers: Episode = {
  id: 'transaction/quota-draining', lookAlike: true,
  label: { en: 'Good customers who stay well below their yearly limit', zh: '额度未用尽的优质客户' },
  plan(random, start, scene) {
    return drain(random, start, scene, this.id, () => 5, () => random.between(3500, 3850));
  },
};

const CREAM = '3304990021';
const NAPPIES = '9619001100';

/** Identities that each have a few pieces of one thing sent to one door. */
function stock(random: Random, start: number, scene: Scene, episode: string, people: number, hs: string, quantity: number) {
  const home = scene.dealer.person(random);
  const deals = spread(people, start, within(scene, 8000), (when, i) => {
    const buyer = i === 0 ? home : at(home, scene, random);
    const deal = scene.dealer.draw(random, when, { buyer, good: good(hs), quantity, episode });
    deal.consignee = deal.receiver = buyer;
    return deal;
  });
  const subjects = subject('address', home.address);
  return { deals, subjects, also: [{ rule: 'transaction/shared-address', subjects }, { rule: 'transaction/split-orders', subjects }] };
}

export const resale: Episode = {
  id: 'transaction/resale',
  label: { en: 'A dealer\'s stock of cream in small parcels under several names', zh: '以多人名义分散购入面霜囤货' },
  plan(random, start, scene) {
    const level = severity(random);
    // Two pieces are what a household uses in a week.
    const [people, quantity] = ([[3, 2], [3, 3], [6, 3], [16, 3]] as const)[level] as readonly [number, number];
    return { ...stock(random, start, scene, this.id, people, CREAM, quantity), grade: GRADE[level] };
  },
};

export const oneChild: Episode = {
  id: 'transaction/resale', lookAlike: true,
  label: { en: 'Parents and a grandmother who buy nappies for one child', zh: '父母与祖母为同一幼儿购买纸尿裤' },
  plan(random, start, scene) {
    return stock(random, start, scene, this.id, 3, NAPPIES, 2);
  },
};

/** What platforms tell of orders: the device, whether anybody asked, whether the account is new. */
function told(code: string, orders: readonly { at: number; device: string; fresh: boolean }[], contacts: number): { at: number; event: Document }[] {
  const first = orders[0]?.at ?? 0;
  const of = (kind: string, when: number, number: number, more: Document) => observed(when, `${code}-${kind}-${when}-${number}`, { kind, subjectType: 'seller', subject: code, ...more });
  return [
    of('service-contact', first, 0, { value: contacts, unit: 'contacts' }),
    ...orders.flatMap(({ at: when, device, fresh }, i) => [of('order-device', when, i, { value: 1, private: device }), ...(fresh ? [of('new-account', when, i, { value: 1 })] : [])]),
  ];
}

export const brushing: Episode = {
  id: 'transaction/brushing',
  label: { en: 'Orders by script: one thing, one price, a phone farm, new accounts, nobody asks', zh: '脚本刷单：同款同价、群控设备、新注册账户、无人咨询' },
  plan(random, start, scene) {
    const { dealer, leisure } = scene;
    const seller = someSeller(random, scene);
    if (!seller) return undefined;
    // Some use several devices and old accounts too. Ordinary orders of the seller break the rhythm and the night is short: only blue is counted upon.
    const careful = random.chance(0.6);
    const count = leisure > 0 ? Math.min(MOST, 40 + Math.ceil(3 * besides(scene, seller.zone, start))) : 60;
    const deals = spread(count, start, within(scene, 40_000), (when) => {
      const deal = dealer.draw(random, when, { seller, good: good('3304100099'), country: 'JPN', quantity: 1, priceFactor: 1, newcomer: true, episode: this.id });
      return settle(Object.assign(deal, { freightFen: 0, discountFen: 0 }));
    });
    const events = told(seller.code, deals.map(({ at: when }, i) => ({ at: when, device: `SIMDEV${start}${careful && i % 8 === 0 ? i : 0}`, fresh: !careful || i % 4 !== 0 })), 0);
    return { deals, events, subjects: sellerOf(seller), grade: 'blue' };
  },
};

export const flashSale: Episode = {
  id: 'transaction/brushing', lookAlike: true,
  label: { en: 'A flash sale of one thing at one price, to many people who ask a lot', zh: '单品秒杀，买家众多且咨询频繁' },
  plan(random, start, scene) {
    const seller = someSeller(random, scene);
    if (!seller) return undefined;
    const deals = spread(60, start, Math.min(within(scene, 40_000), 30 * MINUTE), (when) => scene.dealer.draw(random, when, { seller, good: good('3304100099'), country: 'JPN', quantity: 1, priceFactor: 1, newcomer: true, episode: this.id }));
    const events = told(seller.code, deals.map(({ at: when }, i) => ({ at: when, device: `SIMDEV${start}${i}`, fresh: i % 10 === 0 })), 25);
    return { deals, events, subjects: sellerOf(seller) };
  },
};

export const IDENTITIES: readonly Episode[] = [sharedAddress, sharedPhone, quotaDraining, resale, brushing];
