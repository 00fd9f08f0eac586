/** What a risk officer watches: from the tables. Personal data is not in them; subjects are tokens. */
import { CATEGORIES, GRADES } from '../schemas/risk/alert.ts';
import { chosen, type Dashboard } from './model.ts';

const [CATEGORY, ZONE] = [`category IN (${chosen('category')})`, `zone IN (${chosen('zone')})`];
const CHOSEN = `${CATEGORY} AND ${ZONE}`;
const LIVE = `change = 'raised' AND status = 'live' AND ${CHOSEN}`;
const DOCUMENTS = ['orders', 'payments', 'waybills', 'declarations'];
const documents = DOCUMENTS.map((table) => `SELECT feed, arrival FROM fenghuo.${table} FINAL WHERE $__timeFilter(arrival)`).join(' UNION ALL ');
const sum = (...names: string[]): string => names.map((name) => `sum(${name}) AS ${name}`).join(', ');
/** Weight of a grade, for sorting; '' = below blue. */
const worst = `indexOf([${GRADES.map((grade) => `'${grade}'`).join(', ')}], grade)`;

export const RISK_DASHBOARD: Dashboard = {
  uid: 'fenghuo-risk', title: 'Fenghuo risk · 烽火风险态势', tags: ['fenghuo'], refresh: '30s', from: 'now-24h',
  variables: [
    { name: 'category', label: 'Category · 类别', values: CATEGORIES },
    { name: 'zone', label: 'Zone · 综试区', sql: 'SELECT zone FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) UNION DISTINCT SELECT zone FROM fenghuo.matches WHERE $__timeFilter(at)' },
  ],
  panels: [
    { title: 'Alerts raised · 新增预警', says: 'Live alerts raised in the time shown.', kind: 'stat', width: 4, height: 4, queries: [{ sql: `SELECT count() AS alerts FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND ${LIVE}` }] },
    ...GRADES.map((grade) => ({ title: { blue: 'Blue IV · 蓝色', yellow: 'Yellow III · 黄色', orange: 'Orange II · 橙色', red: 'Red I · 红色' }[grade], says: `Live alerts whose latest revision in the time shown is ${grade}.`, kind: 'stat' as const, width: 3, height: 4, queries: [{ sql: `SELECT countIf(last = '${grade}') AS ${grade} FROM (SELECT alertId, argMax(grade, revision) AS last FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND status = 'live' AND change != 'withdrawn' AND ${CHOSEN} GROUP BY alertId)` }] })),
    { title: 'Open dead letters · 未处理死信', says: 'Messages that could not be taken, of which nothing came yet.', kind: 'stat', width: 4, height: 4, alarm: { yellow: 1, red: 1000 }, queries: [{ sql: "SELECT count() AS letters FROM fenghuo.dead_letters WHERE $__timeFilter(at) AND id NOT IN (SELECT letter FROM fenghuo.operations WHERE kind IN ('replayed', 'repaired'))" }] },
    { title: 'Precision · 查实率', says: 'Confirmed of those found confirmed or false, of alerts judged in the time shown.', kind: 'stat', width: 4, height: 4, unit: 'percentunit', queries: [{ sql: `SELECT countIf(last = 'confirmed') / countIf(last IN ('confirmed', 'false')) AS precision FROM (SELECT alertId, argMax(verdict, at) AS last FROM fenghuo.verdicts WHERE $__timeFilter(at) AND ${CATEGORY} GROUP BY alertId)` }] },
    { title: 'Alerts by category · 各类预警', says: 'Live alerts raised.', kind: 'timeseries', width: 12, queries: [{ sql: `SELECT $__timeInterval(detectedAt) AS time, category, count() AS alerts FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND ${LIVE} GROUP BY time, category ORDER BY time` }] },
    { title: 'Alerts by grade · 各级预警', says: 'Live alerts raised or escalated, by the grade that they came to.', kind: 'timeseries', width: 12, queries: [{ sql: `SELECT $__timeInterval(detectedAt) AS time, grade, count() AS alerts FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND change IN ('raised', 'escalated') AND status = 'live' AND ${CHOSEN} GROUP BY time, grade ORDER BY time` }] },
    { title: 'Category by grade · 类别与等级', says: 'Live alerts by what they are now.', kind: 'table', width: 8, queries: [{ sql: `SELECT category, ${GRADES.map((grade) => `countIf(last = '${grade}') AS ${grade}`).join(', ')} FROM (SELECT alertId, category, argMax(grade, revision) AS last FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND status = 'live' AND ${CATEGORY} GROUP BY alertId, category) GROUP BY category ORDER BY category` }] },
    { title: 'Levels by zone · 综试区等级', says: 'In force now, worst zone first; empty is below blue.', kind: 'table', width: 16, queries: [{ sql: `SELECT subjectId AS zone, ${CATEGORIES.map((category) => `anyIf(grade, category = '${category}') AS \`${category}\``).join(', ')}, max(at) AS since FROM fenghuo.levels_now FINAL WHERE subjectType = 'zone' GROUP BY zone ORDER BY max(${worst}) DESC, max(score) DESC LIMIT 200` }] },
    { title: 'Newest alerts · 最新预警', says: 'Live alerts as they are now, newest first.', kind: 'table', width: 24, height: 10, queries: [{ sql: `SELECT detectedAt, grade, category, ruleId, subjectType, subjectId, zone, count, reasonEn, reasonZh FROM fenghuo.alert_revisions WHERE $__timeFilter(detectedAt) AND status = 'live' AND ${CHOSEN} ORDER BY detectedAt DESC, revision DESC LIMIT 1 BY alertId LIMIT 100` }] },
    { title: "Rules' tallies · 规则评估统计", says: 'How often each rule was evaluated and what came out. error: could not be evaluated; warming: its window is not covered yet; neither means no risk.', kind: 'table', width: 16, height: 10, queries: [{ sql: `SELECT rule, ${sum('evaluated', ...GRADES, 'error', 'warming', 'suppressed')} FROM fenghuo.tallies WHERE $__timeFilter(at) GROUP BY rule ORDER BY error DESC, red DESC, rule LIMIT 200` }] },
    { title: 'Rules that cannot judge · 无法评估的规则', says: 'Evaluations that gave error or warming.', kind: 'timeseries', width: 8, height: 10, queries: [{ sql: `SELECT $__timeInterval(at) AS time, ${sum('error', 'warming')} FROM fenghuo.tallies WHERE $__timeFilter(at) GROUP BY time ORDER BY time` }] },
    { title: 'Match states of orders · 单证比对状态', says: 'Orders that changed in the time shown, by the state that they came to.', kind: 'bars', width: 8, queries: [{ sql: `SELECT last AS state, count() AS orders FROM (SELECT orderKey, argMax(state, revision) AS last FROM fenghuo.matches WHERE $__timeFilter(at) AND ${ZONE} GROUP BY orderKey) GROUP BY state ORDER BY orders DESC` }] },
    { title: 'What does not match · 比对不符原因', says: 'Codes of those orders.', kind: 'bars', width: 8, queries: [{ sql: `SELECT code, count() AS orders FROM (SELECT orderKey, argMax(codes, revision) AS last FROM fenghuo.matches WHERE $__timeFilter(at) AND ${ZONE} GROUP BY orderKey) ARRAY JOIN last AS code GROUP BY code ORDER BY orders DESC LIMIT 30` }] },
    { title: 'Declared value by zone · 各综试区申报金额', says: 'Yuan, from facts: amendments and cancellations are taken off.', kind: 'bars', width: 8, unit: 'currencyCNY', queries: [{ sql: "SELECT zone, toFloat64(sum(sign * amount)) AS yuan FROM fenghuo.facts WHERE $__timeFilter(eventTime) AND kind = 'declaration' GROUP BY zone ORDER BY yuan DESC LIMIT 20" }] },
    { title: 'Documents by feed · 各数据源单证', says: 'Taken, by sender and message; a feed that falls silent shows here first.', kind: 'timeseries', width: 12, queries: [{ sql: `SELECT $__timeInterval(arrival) AS time, feed, count() AS documents FROM (${documents}) GROUP BY time, feed ORDER BY time` }] },
    { title: 'Trouble by feed · 各数据源异常', says: 'Refused, sent again, signed wrongly; and letters that were repaired or replayed.', kind: 'table', width: 12, queries: [{ sql: "SELECT feed, countIf(kind = 'rejected') AS rejected, countIf(kind = 'signature-failed') AS badSignatures, countIf(kind IN ('replayed', 'repaired')) AS mended, topKIf(3)(code, kind = 'rejected') AS reasons FROM fenghuo.operations WHERE $__timeFilter(at) AND feed != '' GROUP BY feed ORDER BY rejected DESC LIMIT 100" }] },
  ],
};
