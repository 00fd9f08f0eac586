/** Episodes of the technical rules K1, K2 and K4. */
import { type Document, guid, order } from '../documents.ts';
import type { Random } from '../random.ts';
import { type Episode, severity, spread } from './episode.ts';

const MINUTE = 60_000;

export const feedSilent: Episode = {
  id: 'technical/feed-silence',
  label: { en: 'A feed falls silent', zh: '数据源中断' },
  plan(_random, start) {
    // Receipts of waybills: nothing is matched against them, so their silence harms no other rule.
    return { disturbance: { kind: 'silent', type: 'waybill-receipt', from: start, until: start + 9 * MINUTE, share: 1 } };
  },
};

/** One thing wrong, as broken senders do it. */
const GARBLE: ((document: Document) => void)[] = [
  (document) => { delete document['orderNo']; },
  (document) => { document['goodsValue'] = 'N/A'; },
  (document) => { document['appTime'] = '2026-13-45'; },
  (document) => { document['acturalPaid'] = -12.5; },
  (document) => { document['appType'] = '7'; },
  (document) => { document['items'] = 'none'; },
];

export function garble(random: Random, document: Document): Document {
  const copy = { ...document };
  random.pick(GARBLE)(copy);
  return copy;
}

export const malformed: Episode = {
  id: 'technical/reject-rate',
  label: { en: 'A sender\'s messages break their contract', zh: '报文格式错误率上升' },
  plan(random, start, { dealer, seed, ordersWithin }) {
    const share = [0.008, 0.02, 0.07, 0.14][severity(random)] as number;
    const count = Math.max(3, Math.ceil(ordersWithin(15 * MINUTE, start + 10_000) * share));
    const events = spread(count, start, 10_000, (at) => {
      const deal = dealer.draw(random, at, { episode: this.id });
      return { at, event: garble(random, order(deal, guid(seed, deal.number, 0))) };
    });
    return { events };
  },
};

export const repeats: Episode = {
  id: 'technical/repeat-rate',
  label: { en: 'A sender repeats its messages', zh: '报文重复率上升' },
  plan(random, start, { ordersWithin }) {
    const span = 20_000;
    const share = [0.02, 0.042, 0.065, 0.13][severity(random)] as number;
    const inWindow = ordersWithin(15 * MINUTE, start + span);
    const during = Math.max(1, inWindow - ordersWithin(15 * MINUTE, start), (inWindow * span) / (15 * MINUTE));
    return { disturbance: { kind: 'repeats', type: 'payment', from: start, until: start + span, share: (share * inWindow) / during } };
  },
};
