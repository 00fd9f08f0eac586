/** How each rule did since a moment, in one query: what it raised, what officers said of it (the latest word on each alert counts), what it evaluated. */
const SINCE = 'fromUnixTimestamp64Milli({since:Int64})';
const NONE = '0 AS alerts, 0 AS live, 0 AS shadow, 0 AS held, toDateTime64(0, 3, \'UTC\') AS lastAt';
const UNSAID = '0 AS confirmed, 0 AS wrong, 0 AS unclear, 0 AS medianSeconds';
const UNTOLD = '0 AS evaluated, 0 AS errors, 0 AS suppressed';

const ALERTS = `SELECT ruleId AS rule, count() AS alerts, countIf(status = 'live') AS live, countIf(status = 'shadow') AS shadow, countIf(status = 'held') AS held, max(detected) AS lastAt, ${UNSAID}, ${UNTOLD} FROM (
  SELECT any(ruleId) AS ruleId, argMax(status, revision) AS status, max(detectedAt) AS detected FROM fenghuo.alert_revisions WHERE detectedAt >= ${SINCE} AND hour >= toStartOfHour(${SINCE}) AND origin != 'backfill' GROUP BY alertId) GROUP BY ruleId`;
const VERDICTS = `SELECT ruleId AS rule, ${NONE}, countIf(verdict = 'confirmed') AS confirmed, countIf(verdict = 'false') AS wrong, countIf(verdict = 'unclear') AS unclear, quantileExact(0.5)(dateDiff('second', raisedAt, at)) AS medianSeconds, ${UNTOLD} FROM (
  SELECT ruleId, verdict, raisedAt, at FROM fenghuo.verdicts WHERE at >= ${SINCE} ORDER BY at DESC, logOffset DESC LIMIT 1 BY alertId) GROUP BY ruleId`;
const TALLIES = `SELECT rule, ${NONE}, ${UNSAID}, sum(evaluated) AS evaluated, sum(error) AS errors, sum(suppressed) AS suppressed FROM fenghuo.tallies WHERE at >= ${SINCE} GROUP BY rule`;

export const statsSql = `SELECT rule, ${['alerts', 'live', 'shadow', 'held', 'confirmed', 'wrong', 'unclear', 'medianSeconds', 'evaluated', 'errors', 'suppressed'].map((name) => `toInt64(sum(t.${name})) AS ${name}`).join(', ')}, max(t.lastAt) AS lastAt
  FROM (${[ALERTS, VERDICTS, TALLIES].join('\n UNION ALL ')}) AS t GROUP BY rule ORDER BY rule`;
