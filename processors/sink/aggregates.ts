/** Sums over facts and counts of alerts, by a dimension and a time bucket. The stored `minute` and `hour` columns are used, so that the sort key is. */

export const DIMENSIONS = ['zone', 'category', 'platform', 'country', 'hs4'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Aggregate {
  by: Dimension;
  bucket: 'minute' | 'hour';
  /** Epoch ms, [from, to), cut to whole buckets. */
  from: number;
  to: number;
  /** One kind of document; facts of an order and of its payment must not be added up. Default `order`. Not used by category. */
  kind?: 'order' | 'payment' | 'waybill' | 'declaration';
}

/** Category lives on alerts (live revisions that raised or escalated one), the other dimensions on facts. Columns: bucket, `by`'s name, then the figures. */
export function aggregateSql({ by, bucket, from, to, kind = 'order' }: Aggregate): { sql: string; params: Record<string, unknown> } {
  const step = bucket === 'minute' ? 60 : 3600;
  const params = { from: Math.floor(from / 1000 / step) * step, to: Math.ceil(to / 1000 / step) * step };
  const range = `${bucket} >= toDateTime({from:UInt32}, 'UTC') AND ${bucket} < toDateTime({to:UInt32}, 'UTC') AND hour >= toStartOfHour(toDateTime({from:UInt32}, 'UTC'))`;
  if (by === 'category') {
    return {
      sql: `SELECT ${bucket} AS bucket, category, countIf(change = 'raised') AS raised, countIf(change = 'escalated') AS escalated, countIf(grade = 'red') AS red, uniqExact(alertId) AS alerts `
        + `FROM fenghuo.alert_revisions WHERE ${range} AND status = 'live' GROUP BY bucket, category ORDER BY bucket, category`,
      params,
    };
  }
  return {
    sql: `SELECT ${bucket} AS bucket, ${by}, sum(sign) AS documents, sum(amount * sign) AS amount, sum(quantity * sign) AS quantity, sum(weight * sign) AS weight `
      + `FROM fenghuo.facts WHERE ${range} AND kind = {kind:String} GROUP BY bucket, ${by} ORDER BY bucket, ${by}`,
    params: { ...params, kind },
  };
}
