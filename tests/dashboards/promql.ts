/** PromQL read by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql';

/** Names of metrics in it; undefined where it does not parse. */
export function metricsOf(expr: string): string[] | undefined {
  const text = expr.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  let broken = false;
  parser.parse(text).iterate({ enter: ({ type, from, to, node }) => {
    if (type.isError) broken = true;
    if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector') names.push(text.slice(from, to));
  } });
  return broken ? undefined : names;
}

/** What a text of /metrics serves; a histogram's parts too. */
export function servedBy(text: string): Set<string> {
  const served = new Set<string>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    served.add(name);
    if (type === 'histogram') for (const part of ['_bucket', '_sum', '_count']) served.add(name + part);
  }
  return served;
}
