/** Episodes of the technical rules K1 to K5, K7, K8 and K9. Feeds are those of one sender, so a case and a look-alike never share one. */
import { declaration, type Document, guid, order, payment, waybill } from '../documents.ts';
import type { Random } from '../random.ts';
import type { Signing } from '../score/signing.ts';
import { type Disturbance, type Episode, GRADE, HOUR, MINUTE, type Plan, type Scene, severity, type Severity, spread, type Subject, subject, within } from './episode.ts';

/** The name under which the simulator sends where nobody else gives it one. */
export const SENDER = 'simulator';
export const feed = (type: string): Subject[] => subject('feed', `${SENDER}/${type}`);

/** After a case its alert may still be told of for so long, by rule: its windows, its easing and its cooldown. */
const RESTS = {
  'technical/feed-silence': HOUR / 4, 'technical/reject-rate': HOUR, 'technical/signature-failures': HOUR, 'technical/repeat-rate': HOUR,
  'technical/drift': 4 * HOUR, 'technical/clock-skew': 6 * HOUR, 'technical/receipt-wait': 4 * HOUR, 'technical/answers-refused': 4 * HOUR,
} as const;

/** A feed that misbehaves for so long. */
const disturbed = (disturbance: Omit<Disturbance, 'until'>, lastingMs: number) => ({ disturbance: { ...disturbance, until: disturbance.from + lastingMs }, subjects: feed(disturbance.type) });

/** What is planned on the first of these feeds that is quiet; undefined = none is soon. */
function onQuietFeed(random: Random, scene: Scene, rule: keyof typeof RESTS, types: readonly string[], start: number, lastingMs: number, plan: (type: string, from: number) => Plan): Plan | undefined {
  const quiet = scene.quietFeed(random, rule, types, start, lastingMs, RESTS[rule]);
  return quiet && plan(quiet.type, quiet.from);
}

export const feedSilent: Episode = {
  id: 'technical/feed-silence',
  label: { en: 'A feed falls silent', zh: '数据源中断' },
  plan(random, start, scene) {
    const { leisure } = scene;
    // Receipts: nothing is matched against them, so their silence harms no other rule.
    const level = severity(random);
    const minutes = leisure > 0 ? ([8, 18, 34, 64][level] as number) : 9;
    return onQuietFeed(random, scene, 'technical/feed-silence', leisure > 0 ? ['waybill-receipt', 'payment-receipt', 'order-receipt'] : ['waybill-receipt'], start, minutes * MINUTE, (type, from) => (
      { ...disturbed({ kind: 'silent', type, from, share: 1 }, minutes * MINUTE), grade: leisure > 0 ? GRADE[level] : 'blue' }));
  },
};

export const feedMaintained: Episode = {
  id: 'technical/feed-silence', lookAlike: true,
  label: { en: 'Maintenance of a known short length', zh: '已公告的短时维护' },
  plan: (_random, start) => ({ disturbance: { kind: 'silent', type: 'declaration-receipt', from: start, until: start + 4.5 * MINUTE, share: 1 }, subjects: feed('declaration-receipt') }),
};

type Garble = (document: Document) => void;
/** One thing wrong, as broken senders do it. */
const ANY: Garble[] = [
  (document) => { document['appTime'] = '2026-13-45'; },
  (document) => { document['appType'] = '7'; },
];
const OF_ORDER: Garble[] = [
  (document) => { delete document['orderNo']; },
  (document) => { document['goodsValue'] = 'N/A'; },
  (document) => { document['acturalPaid'] = -12.5; },
  (document) => { document['items'] = 'none'; },
  ...ANY,
];

export function garble(random: Random, document: Document): Document {
  const copy = { ...document };
  random.pick(document['type'] === 'order' ? OF_ORDER : ANY)(copy);
  return copy;
}

export const malformed: Episode = {
  id: 'technical/reject-rate',
  label: { en: 'A sender\'s messages break their contract', zh: '报文格式错误率上升' },
  plan(random, start, scene) {
    const { dealer, seed, ordersWithin, leisure } = scene;
    const level = severity(random);
    const share = [0.008, 0.02, 0.07, 0.14][level] as number;
    return onQuietFeed(random, scene, 'technical/reject-rate', leisure > 0 ? ['order', 'payment'] : ['order'], start, 8 * MINUTE, (type, from) => {
      const build = type === 'order' ? order : payment;
      const count = Math.max(3, Math.ceil(ordersWithin(15 * MINUTE, from + 10_000) * share));
      const events = spread(count, from, within(scene, 10_000, 8 * MINUTE), (at) => {
        const deal = dealer.draw(random, at, { episode: this.id });
        return { at, event: garble(random, build(deal, guid(seed, deal.number, 0))) };
      });
      return { events, subjects: feed(type), grade: GRADE[level] };
    });
  },
};

/** Whole deals, of which one document is signed. */
function signedDeals(random: Random, start: number, scene: Scene, episode: string, count: number, signed: Signing, type: string): Plan {
  const { dealer, seed } = scene;
  const events = spread(count, start, within(scene, 10_000, 8 * MINUTE), (at) => {
    const deal = dealer.draw(random, at, { episode });
    return [order, payment, waybill, declaration].map((build, i) => ({ at: at + i * 1500, event: build(deal, guid(seed, deal.number, i)) }));
  }).flat().map(({ at, event }) => ({ at, event, ...(event['type'] === type && { signed }) }));
  return { events, subjects: feed(type) };
}

export const badSignatures: Episode = {
  id: 'technical/signature-failures',
  label: { en: 'Signatures of a sender fail', zh: '发送方报文验签失败' },
  plan(random, start, scene) {
    const level = severity(random);
    // A program that lays out anew what was signed, or somebody who signs in another's name.
    const how = random.pick<Signing>(['altered', 'stranger']);
    return onQuietFeed(random, scene, 'technical/signature-failures', ['payment', 'waybill'], start, 8 * MINUTE, (type, from) => ({ ...signedDeals(random, from, scene, this.id, [1, 4, 12, 55][level] as number, how, type), grade: GRADE[level] }));
  },
};

export const wellSigned: Episode = {
  id: 'technical/signature-failures', lookAlike: true,
  label: { en: 'Messages signed as they should be', zh: '签名有效的报文' },
  plan: (random, start, scene) => signedDeals(random, start, scene, 'technical/signature-failures', 20, 'valid', 'order'),
};

export const unusual: Episode = {
  id: 'technical/reject-rate', lookAlike: true,
  label: { en: 'Fields nobody asked for, numbers as text, and one message that is broken', zh: '多余字段、文本数字，及个别坏报文' },
  plan(random, start, scene) {
    const { dealer, seed } = scene;
    const events = spread(12, start, within(scene, 10_000, HOUR), (at) => {
      const deal = dealer.draw(random, at, { episode: this.id });
      const sent = { ...waybill(deal, guid(seed, deal.number, 2)), weight: String(deal.waybillGrams / 1000), extNote1: 'x', senderVersion: '3.2.1' };
      return [{ at: at + 10_000, event: order(deal, guid(seed, deal.number, 0)) }, { at: at + 11_000, event: payment(deal, guid(seed, deal.number, 1)) }, { at: at + 12_000, event: sent as Document },
        { at: at + 15_000, event: declaration(deal, guid(seed, deal.number, 3)) }];
    }).flat();
    const broken = dealer.draw(random, start, { episode: this.id });
    return { events: [...events, { at: start + 30_000, event: garble(random, waybill(broken, guid(seed, broken.number, 2))) }], subjects: feed('waybill') };
  },
};

export const repeats: Episode = {
  id: 'technical/repeat-rate',
  label: { en: 'A sender repeats its messages', zh: '报文重复率上升' },
  plan(random, start, scene) {
    const { ordersWithin, leisure } = scene;
    const level = severity(random);
    if (leisure > 0) {
      return onQuietFeed(random, scene, 'technical/repeat-rate', ['waybill', 'declaration'], start, HOUR / 2, (type, from) => {
        // Half an hour of it, so that the whole window has the share; at night so much of it that it shows.
        const share = Math.max([0.04, 0.08, 0.12, 0.22][level] as number, 6 / ordersWithin(15 * MINUTE, from + 15 * MINUTE));
        return { ...disturbed({ kind: 'repeats', type, from, share }, HOUR / 2), grade: GRADE[level] };
      });
    }
    const type = 'payment';
    const span = 20_000;
    const share = [0.02, 0.042, 0.065, 0.13][level] as number;
    const inWindow = ordersWithin(15 * MINUTE, start + span);
    const during = Math.max(1, inWindow - ordersWithin(15 * MINUTE, start), (inWindow * span) / (15 * MINUTE));
    return { disturbance: { kind: 'repeats', type, from: start, until: start + span, share: (share * inWindow) / during }, subjects: feed(type), grade: GRADE[level] };
  },
};

export const seldomRepeats: Episode = {
  id: 'technical/repeat-rate', lookAlike: true,
  label: { en: 'A sender that repeats one message in three hundred', zh: '偶发重复' },
  plan: (_random, start, scene) => ({ disturbance: { kind: 'repeats', type: 'order', from: start, until: start + within(scene, 20_000, HOUR), share: 1 / 300 }, subjects: feed('order') }),
};

/** How long a feed must misbehave until an hour of it shows, and two. */
const HOUR_OF_IT = 75 * MINUTE;

/** What a broken release of a sender's software does, by feed: bonded goods go as direct purchases; the payer's phone is left out. By severity, the share of messages. */
const BROKEN: Readonly<Record<string, { fields: Document; shares: readonly number[] }>> = {
  declaration: { fields: { tradeMode: '9610', trafMode: '5', emsNo: '', areaCode: '', areaName: '' }, shares: [0.5, 0.65, 0.8, 1] },
  payment: { fields: { telephone: '' }, shares: [0.25, 0.4, 0.6, 0.9] },
};

export const drifted: Episode = {
  id: 'technical/drift',
  label: { en: 'A sender\'s new software mixes codes up, or leaves a field out', zh: '发送方系统升级后代码错填或字段漏填' },
  plan(random, start, scene) {
    const level = severity(random);
    return onQuietFeed(random, scene, 'technical/drift', Object.keys(BROKEN), start, HOUR, (type, from) => {
      const { fields, shares } = BROKEN[type] as (typeof BROKEN)[string];
      // At night there are so few messages that more of it is needed to show.
      const much = Math.min(3, level + (scene.ordersWithin(HOUR, from + HOUR) < 400 ? 1 : 0));
      return { ...disturbed({ kind: 'altered', type, from, share: shares[much] as number, fields }, HOUR), grade: GRADE[level] };
    });
  },
};

export const driftsLittle: Episode = {
  id: 'technical/drift', lookAlike: true,
  label: { en: 'Some orders come without a phone for an hour', zh: '一小时内个别订单缺少联系电话' },
  plan: (_random, start) => disturbed({ kind: 'altered', type: 'order', from: start, share: 0.004, fields: { buyerTelephone: '' } }, HOUR),
};

export const clockOff: Episode = {
  id: 'technical/clock-skew',
  label: { en: 'A sender\'s clock is behind', zh: '发送方时钟偏慢' },
  plan(random, start, scene) {
    const level = severity(random);
    // Of a clock that is 75 minutes behind, the last two hours by its own time hold 75 minutes of others at first: more than half of it is told only after those.
    const lastingMs = level === 3 ? 2 * HOUR : HOUR_OF_IT;
    return onQuietFeed(random, scene, 'technical/clock-skew', ['waybill', 'payment'], start, lastingMs, (type, from) => ({
      ...disturbed({ kind: 'altered', type, from, share: 1, shiftMs: ([3, 7, 20, 75][level] as number) * MINUTE }, lastingMs), grade: GRADE[level], graceMs: 20 * MINUTE,
      // By such a clock the answers come late as well.
      also: [{ rule: 'technical/receipt-wait', subjects: feed(`${type}-receipt`) }],
    }));
  },
};

export const clockNearly: Episode = {
  id: 'technical/clock-skew', lookAlike: true,
  label: { en: 'A clock that is a minute behind, and a few messages that were held up', zh: '时钟偏慢一分钟，个别报文迟到' },
  plan: (_random, start) => disturbed({ kind: 'altered', type: 'declaration', from: start, share: 1, shiftMs: MINUTE }, HOUR_OF_IT),
};

export const answersLate: Episode = {
  id: 'technical/receipt-wait',
  label: { en: 'One of customs\' answers in seven comes late', zh: '约七分之一的海关回执迟到' },
  plan(random, start, scene) {
    // A red one would last for four hours: an example of the rule shows it.
    const level = Math.min(2, severity(random)) as Severity;
    const shiftMs = ([13, 36, 72][level] as number) * MINUTE;
    return onQuietFeed(random, scene, 'technical/receipt-wait', ['order-receipt', 'waybill-receipt', 'declaration-receipt'], start, 40 * MINUTE + shiftMs, (type, from) => (
      { ...disturbed({ kind: 'late', type, from, share: 0.15, shiftMs }, 40 * MINUTE), grade: GRADE[level], graceMs: shiftMs + 5 * MINUTE }));
  },
};

export const answersSlow: Episode = {
  id: 'technical/receipt-wait', lookAlike: true,
  label: { en: 'A slow hour: half of the answers take six minutes', zh: '高峰时段半数回执延迟六分钟' },
  plan: (_random, start) => disturbed({ kind: 'late', type: 'payment-receipt', from: start, share: 0.5, shiftMs: 6 * MINUTE }, 40 * MINUTE),
};

const REFUSED: Document = { returnStatus: '100', returnInfo: '海关退单' };

export const answersRefused: Episode = {
  id: 'technical/answers-refused',
  label: { en: 'Customs sends a share of the waybills or orders back', zh: '海关对部分运单或订单退单' },
  plan(random, start, scene) {
    const level = severity(random);
    return onQuietFeed(random, scene, 'technical/answers-refused', ['waybill-receipt', 'order-receipt'], start, HOUR_OF_IT, (type, from) => (
      { ...disturbed({ kind: 'altered', type, from, share: [0.055, 0.1, 0.17, 0.32][level] as number, fields: REFUSED }, HOUR_OF_IT), grade: GRADE[level] }));
  },
};
export const seldomRefused: Episode = {
  id: 'technical/answers-refused', lookAlike: true,
  label: { en: 'A refusal now and then', zh: '偶发退单' },
  plan: (_random, start) => disturbed({ kind: 'altered', type: 'payment-receipt', from: start, share: 0.006, fields: REFUSED }, HOUR_OF_IT),
};
