/** The language carries the indicators that ask most of it: each of these rules is read whole, and its examples give the grades they state, by the oracle and by the stage. */
import { describe, expect, test } from 'vitest';
import { runExamples } from '../../language/examples.ts';
import { stageJudge } from '../../processors/examples.ts';
import { naiveJudge } from '../language/naive-judge.ts';
import { compiled, treeSource } from '../language/sources.ts';

const tree = treeSource();
const TABLES = {
  ...tree.tables,
  'goods-norms.csv': '# version: 1, complete: true, source: test\nhs_prefix,unit_kg,household_units\n3304,0.15,4\n',
};
const boiler = (id: string, indicator: string) => `id: ${id}
indicator: ${indicator}
version: 1
status: live
title: { en: x, zh: 某 }
description: { en: x, zh: 某 }
basis: own
falsePositives: { en: x, zh: 某 }
reason: { en: '{value}', zh: '{value}' }
action: { en: x, zh: 某 }
`;

const RULES: [id: string, indicator: string, rest: string][] = [
  ['market/demand-collapse', 'M6', `on: order
subject: zone
features:
  week: { kind: sum, of: order.paid, window: 7d }
  five: { kind: sum, of: order.paid, window: 35d }
  usual: { kind: formula, of: (five - week) * 0.25 }
value: 1 - ratio(week, usual)
bands: { blue: 0.2, yellow: 0.3, orange: 0.45, red: 0.6 }
examples:
  - name: half of what it was
    events: [{ order: { paid: 100 }, subjects: { zone: '3301' }, repeat: 28, every: 1d }, { order: { paid: 45 }, subjects: { zone: '3301' }, repeat: 7, every: 1d, after: 1d }]
    grade: orange
  - name: as ever
    events: [{ order: { paid: 100 }, subjects: { zone: '3301' }, repeat: 35, every: 1d }]
    grade: none
`],
  ['market/stock-cover', 'M7', `on: declaration
subject: product
features:
  stock: { kind: last, on: observation, where: 'observation.kind == "stock"', of: observation.value, window: 7d }
  sold: { kind: sum, each: line, of: line.quantity, window: 28d }
value: ratio(stock * 28, sold)
bands: { blue: 90, yellow: 150, orange: 240, red: 365 }
examples:
  - name: stock for half a year
    events: [{ declaration: {}, lines: [{ quantity: 7, subjects: { product: p1 } }], repeat: 20, every: 1d }, { observation: { kind: stock, value: 900 }, subjects: { product: p1 } }]
    grade: yellow
  - name: stock for a month
    events: [{ declaration: {}, lines: [{ quantity: 7, subjects: { product: p1 } }], repeat: 20, every: 1d }, { observation: { kind: stock, value: 150 }, subjects: { product: p1 } }]
    grade: none
`],
  ['market/currency-move', 'M9', `on: observation
where: observation.kind == "exchange-rate"
subject: currency
features:
  now: { kind: last, of: observation.value, window: 5d }
  low: { kind: min, of: observation.value, window: 5d }
  high: { kind: max, of: observation.value, window: 5d }
value: max(ratio(high, now) - 1, ratio(now, low) - 1)
bands: { blue: 0.015, yellow: 0.025, orange: 0.04, red: 0.06 }
examples:
  - name: five in a hundred
    events: [{ observation: { kind: exchange-rate, value: 7 }, subjects: { currency: USD } }, { observation: { kind: exchange-rate, value: 7.35 }, subjects: { currency: USD }, after: 2d }]
    grade: orange
  - name: calm
    events: [{ observation: { kind: exchange-rate, value: 7 }, subjects: { currency: USD } }, { observation: { kind: exchange-rate, value: 7.05 }, subjects: { currency: USD }, after: 2d }]
    grade: none
`],
  ['transaction/quota-draining', 'T5', `on: order
subject: seller
features:
  drained: { kind: itemsOver, item: order.buyer, of: order.dutiable, over: 24700, window: calendar year }
  buyers: { kind: distinct, of: order.buyer, window: calendar year }
value: ratio(drained, buyers)
support: { feature: buyers, min: 3 }
bands: { blue: 0.03, yellow: 0.05, orange: 0.1, red: 0.2 }
examples:
  - name: one of three
    events: [{ order: { buyer: 'b{n}', dutiable: 100 }, subjects: { seller: s1 }, repeat: 3 }, { order: { buyer: b1, dutiable: 4950 }, subjects: { seller: s1 }, repeat: 5 }]
    grade: red
  - name: nobody
    events: [{ order: { buyer: 'b{n}', dutiable: 4900 }, subjects: { seller: s1 }, repeat: 10 }]
    grade: none
`],
  ['transaction/resale', 'T7', `on: declaration
each: line
where: 'hasGoodsNorm(line.hs) && !declaration.pickup'
subject: address
tables: [goods-norms, pickup-points]
features:
  most: { kind: topSum, item: line.hs, of: 'line.quantity * 0.25', window: 7d }
  people: { kind: distinct, of: declaration.buyer, window: 7d }
value: 'people >= 2 ? most : 0'
bands: { blue: 2, yellow: 4, orange: 8, red: 20 }
examples:
  - name: twenty creams to one door in four names
    events: [{ declaration: { buyer: 'b{n}' }, lines: [{ hs: '3304990000', quantity: 5 }], subjects: { address: a1 }, repeat: 4 }]
    grade: yellow
  - name: a family's four
    events: [{ declaration: { buyer: 'b{n}' }, lines: [{ hs: '3304990000', quantity: 2 }], subjects: { address: a1 }, repeat: 2 }]
    grade: none
`],
  ['transaction/weight-gap', 'T9', `on: declaration
subject: seller
tables: [goods-norms]
features:
  net: { kind: value, of: declaration.netWeight }
  lines: { kind: value, of: declaration.lineCount }
  known: { kind: count, each: line, where: hasGoodsNorm(line.hs), window: event }
  usual: { kind: sum, each: line, where: hasGoodsNorm(line.hs), of: line.quantity * unitWeight(line.hs), window: event }
value: 'known == lines && usual > 0 ? ratio(abs(net - usual), usual) : 0'
bands: { blue: 0.15, yellow: 0.3, orange: 0.5, red: 1 }
examples:
  - name: twice as heavy
    events: [{ declaration: { netWeight: 1.2, lineCount: 2 }, lines: [{ hs: '3304990000', quantity: 2 }, { hs: '3304100000', quantity: 2 }], subjects: { seller: s1 } }]
    grade: red
  - name: one line has no usual weight
    events: [{ declaration: { netWeight: 9, lineCount: 2 }, lines: [{ hs: '3304990000', quantity: 2 }, { hs: '9999000000', quantity: 2 }], subjects: { seller: s1 } }]
    grade: none
`],
  ['transaction/brushing', 'T10', `on: order
subject: seller
features:
  orders: { kind: count, window: 24h }
  rhythm: { kind: intervalCv, window: 24h }
  night: { kind: count, where: event.hour < 6, window: 24h }
  device: { kind: topShare, on: observation, where: 'observation.kind == "order-device"', item: observation.private, window: 24h }
  amount: { kind: topShare, item: text(order.paid), window: 24h }
value: 'ratio((rhythm < 0.2 ? 1 : 0) + ratio(night, orders) + device + amount, 4)'
support: { feature: orders, min: 5 }
bands: { blue: 0.5, yellow: 0.65, orange: 0.8, red: 0.9 }
examples:
  - name: by the clock, the same amount, one device
    events: [{ order: { paid: 99 }, subjects: { seller: s1 }, repeat: 20, every: 5m }, { observation: { kind: order-device, private: d1 }, subjects: { seller: s1 }, repeat: 10, every: 1s }]
    grade: yellow
  - name: as it comes
    events: [{ order: { paid: 99 }, subjects: { seller: s1 }, repeat: 3 }, { order: { paid: 50 }, subjects: { seller: s1 }, repeat: 3, every: 1h, after: 2h }]
    grade: none
`],
  ['financial/phantom', 'F8', `on: order
subject: seller
features:
  phantom: { kind: absence, first: { item: order.key }, then: { on: match, where: 'match.returnStatus == 800', item: match.orderKey }, within: 30d, window: 30d }
  two: { kind: count, window: 60d }
  one: { kind: count, window: 30d }
value: ratio(phantom, two - one)
support: { feature: phantom, min: 1 }
bands: { blue: 0.005, yellow: 0.01, orange: 0.03, red: 0.05 }
examples:
  - name: half never left
    events:
      - { order: { key: 'P|{n}' }, subjects: { seller: s1 }, repeat: 10 }
      - { match: { orderKey: 'P|{n}', returnStatus: 800 }, subjects: { seller: s1 }, repeat: 5, after: 2d }
      - { order: { key: 'Q|{n}' }, subjects: { seller: s1 }, repeat: 2, after: 30d }
    grade: red
  - name: all left
    events:
      - { order: { key: 'P|{n}' }, subjects: { seller: s1 }, repeat: 10 }
      - { match: { orderKey: 'P|{n}', returnStatus: 800 }, subjects: { seller: s1 }, repeat: 10, after: 2d }
      - { order: { key: 'Q|{n}' }, subjects: { seller: s1 }, repeat: 2, after: 30d }
    grade: none
`],
  ['financial/carousel', 'F9', `on: declaration
each: line
subject: seller
features:
  rounds: { kind: sequence, first: { where: 'event.direction == "E"', item: line.barcode }, then: { where: 'event.direction == "I"', item: line.barcode }, within: 90d, window: 90d }
bands: { blue: 1, yellow: 2, orange: 3, red: 5 }
examples:
  - name: out and in again, twice
    events:
      - { declaration: {}, common: { direction: E }, lines: [{ barcode: c1 }], subjects: { seller: s1 } }
      - { declaration: {}, common: { direction: I }, lines: [{ barcode: c1 }], subjects: { seller: s1 }, after: 9d }
      - { declaration: {}, common: { direction: E }, lines: [{ barcode: c1 }], subjects: { seller: s1 }, after: 9d }
      - { declaration: {}, common: { direction: I }, lines: [{ barcode: c1 }], subjects: { seller: s1 }, after: 9d }
    grade: yellow
  - name: other goods come in
    events:
      - { declaration: {}, common: { direction: E }, lines: [{ barcode: c1 }], subjects: { seller: s1 } }
      - { declaration: {}, common: { direction: I }, lines: [{ barcode: c2 }], subjects: { seller: s1 }, after: 9d }
    grade: none
`],
  ['financial/double-pledge', 'F12', `on: observation
where: observation.kind == "pledge"
subject: document
features:
  banks: { kind: distinct, of: observation.item, window: 180d }
bands: { red: 2 }
examples:
  - name: two banks
    events: [{ observation: { kind: pledge, item: 'bank {n}' }, subjects: { document: 'P|1' }, repeat: 2 }]
    grade: red
  - name: one bank twice
    events: [{ observation: { kind: pledge, item: bank }, subjects: { document: 'P|1' }, repeat: 2 }]
    grade: none
`],
  ['financial/new-business', 'F14', `on: declaration
each: line
subject: seller
features:
  fresh: { kind: newShare, item: line.hs2, of: line.total, window: 30d, remember: 365d }
bands: { blue: 0.2, yellow: 0.4, orange: 0.6, red: 0.8 }
examples:
  - name: from creams to watches
    events: [{ declaration: {}, lines: [{ hs2: '33', total: 100 }], subjects: { seller: s1 }, repeat: 40, every: 1d }, { declaration: {}, lines: [{ hs2: '91', total: 2000 }], subjects: { seller: s1 }, repeat: 3 }]
    grade: orange
  - name: a new seller has nothing new
    events: [{ declaration: {}, lines: [{ hs2: '33', total: 100 }], subjects: { seller: s1 }, repeat: 10 }]
    grade: none
`],
  ['technical/drift', 'K3', `on: declaration
subject: feed
features:
  mix: { kind: psi, item: declaration.mode, window: 1h, against: 7d }
  now: { kind: count, window: 1h }
value: mix
support: { feature: now, min: 10 }
bands: { blue: 0.1, yellow: 0.2, orange: 0.3, red: 0.5 }
examples:
  - name: the other way round
    events: [{ declaration: { mode: '9610' }, subjects: { feed: f }, repeat: 90 }, { declaration: { mode: '1210' }, subjects: { feed: f }, repeat: 10 }, { declaration: { mode: '1210' }, subjects: { feed: f }, repeat: 20, after: 3h }]
    grade: red
  - name: the same mix
    events: [{ declaration: { mode: '9610' }, subjects: { feed: f }, repeat: 100 }, { declaration: { mode: '9610' }, subjects: { feed: f }, repeat: 20, after: 3h }]
    grade: none
`],
  ['technical/clock-skew', 'K5', `on: order
where: event.origin != "backfill"
subject: feed
features:
  skew: { kind: median, of: event.skewMinutes, window: 1h }
bands: { blue: 2, yellow: 5, orange: 15, red: 60 }
examples:
  - name: a clock that is six minutes off
    events: [{ order: {}, common: { skewMinutes: 6 }, subjects: { feed: f }, repeat: 5 }]
    grade: yellow
  - name: one straggler
    events: [{ order: {}, common: { skewMinutes: 0.1 }, subjects: { feed: f }, repeat: 5 }, { order: {}, common: { skewMinutes: 90 }, subjects: { feed: f } }]
    grade: none
`],
  ['public-security/long-dwell', 'S8', `on: tracking
where: 'tracking.previous != ""'
subject: stage
features:
  dwell: { kind: value, of: tracking.minutesSincePrevious }
  usual: { kind: percentile, quantile: 0.95, of: tracking.minutesSincePrevious, window: 28d }
  seen: { kind: count, window: 28d }
value: ratio(dwell, usual)
support: { feature: seen, min: 10 }
bands: { blue: 1.2, yellow: 1.5, orange: 2, red: 3 }
examples:
  - name: four times as long as nearly all
    events: [{ tracking: { previous: ARRIVE, minutesSincePrevious: 60 }, subjects: { stage: c1 }, repeat: 40 }, { tracking: { previous: ARRIVE, minutesSincePrevious: 240 }, subjects: { stage: c1 } }]
    grade: red
  - name: as ever
    events: [{ tracking: { previous: ARRIVE, minutesSincePrevious: 60 }, subjects: { stage: c1 }, repeat: 40 }]
    grade: none
`],
];

const source = { files: { 'parameters.yaml': tree.files['parameters.yaml'] as string, ...Object.fromEntries(RULES.map(([id, indicator, rest]) => [`${id}.yaml`, boiler(id, indicator) + rest])) }, tables: TABLES };
const { ruleSet, tables } = compiled(source);

describe.each(ruleSet.rules.map((rule) => [`${rule.indicator} ${rule.id}`, rule] as const))('%s', (_, rule) => {
  test('by the oracle', () => expect(runExamples(ruleSet, rule, naiveJudge).filter((result) => !result.ok)).toEqual([]));
  test('by the stage', () => expect(runExamples(ruleSet, rule, stageJudge(tables)).filter((result) => !result.ok)).toEqual([]));
});
