/** Grafana's dashboards from few words: what a panel asks and how it shows it. Sizes are in Grafana's grid of 24 columns. */

export interface Query { expr?: string; sql?: string; legend?: string }
export type Kind = 'timeseries' | 'stat' | 'table' | 'bars';
export interface Panel {
  /** English · 中文 */
  title: string;
  says: string;
  kind: Kind;
  width: number;
  height?: number;
  unit?: string;
  /** From which value on it is yellow, and red; `below`: from which value down. */
  alarm?: { yellow: number; red: number; below?: boolean };
  queries: readonly Query[];
}
export interface Variable { name: string; label: string; sql?: string; values?: readonly string[] }
export interface Dashboard { uid: string; title: string; tags: readonly string[]; refresh: string; from: string; variables: readonly Variable[]; panels: readonly Panel[] }

type Json = Record<string, unknown>;
export const PROMETHEUS: Json = { type: 'prometheus', uid: 'fenghuo-prometheus' };
export const CLICKHOUSE: Json = { type: 'grafana-clickhouse-datasource', uid: 'fenghuo-clickhouse' };
const COLUMNS = 24;
const GREEN = '#3fb37f';
const YELLOW = '#e8c547';
const RED = '#e5484d';
/** As the desk paints grades. */
const GRADE_COLOURS: Readonly<Record<string, string>> = { blue: '#4a90e2', yellow: YELLOW, orange: '#f08c2e', red: RED };

/** What was chosen of a variable, as Grafana puts it into a list of SQL. */
export const chosen = (name: string): string => `\${${name}:singlequote}`;

const refId = (i: number): string => String.fromCharCode(65 + i);

function target({ expr, sql, legend }: Query, i: number, kind: Kind): Json {
  if (expr !== undefined) return { refId: refId(i), datasource: PROMETHEUS, editorMode: 'code', expr, legendFormat: legend ?? '__auto', range: kind !== 'table' && kind !== 'stat', instant: kind === 'table' || kind === 'stat', ...(kind === 'table' && { format: 'table' }) };
  const series = kind === 'timeseries';
  return { refId: refId(i), datasource: CLICKHOUSE, editorType: 'sql', rawSql: sql, queryType: series ? 'timeseries' : 'table', format: series ? 0 : 1 };
}

function thresholds(alarm: Panel['alarm']): Json {
  if (!alarm) return { mode: 'absolute', steps: [{ color: GREEN, value: null }] };
  const { yellow, red, below = false } = alarm;
  return { mode: 'absolute', steps: below ? [{ color: RED, value: null }, { color: YELLOW, value: red }, { color: GREEN, value: yellow }] : [{ color: GREEN, value: null }, { color: YELLOW, value: yellow }, { color: RED, value: red }] };
}

const colours = Object.entries(GRADE_COLOURS).map(([name, fixedColor]) => ({ matcher: { id: 'byName', options: name }, properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }] }));
const TYPES: Record<Kind, string> = { timeseries: 'timeseries', stat: 'stat', table: 'table', bars: 'barchart' };

function panelOf(panel: Panel, id: number, x: number, y: number): Json {
  const { title, says, kind, width, height = 8, unit = 'short', alarm, queries } = panel;
  return {
    id, type: TYPES[kind], title, description: says, datasource: queries[0]?.sql === undefined ? PROMETHEUS : CLICKHOUSE, gridPos: { x, y, w: width, h: height },
    targets: queries.map((query, i) => target(query, i, kind)),
    fieldConfig: { defaults: { unit, color: { mode: alarm || kind === 'stat' ? 'thresholds' : 'palette-classic' }, thresholds: thresholds(alarm), custom: kind === 'timeseries' ? { fillOpacity: 12, showPoints: 'never' } : {} }, overrides: colours },
    options: kind === 'stat' ? { colorMode: 'background', reduceOptions: { calcs: ['lastNotNull'], values: false } } : kind === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } } : {},
  };
}

/** Panels flow from left to right; a row is as high as its highest. */
function laidOut(panels: readonly Panel[]): Json[] {
  let [x, y, row] = [0, 0, 0];
  return panels.map((panel, i) => {
    if (x + panel.width > COLUMNS) [x, y, row] = [0, y + row, 0];
    const json = panelOf(panel, i + 1, x, y);
    x += panel.width;
    row = Math.max(row, panel.height ?? 8);
    return json;
  });
}

function variableOf({ name, label, sql, values = [] }: Variable): Json {
  const all = { name, label, multi: true, includeAll: true, current: { text: ['All'], value: ['$__all'] } };
  return sql === undefined ? { ...all, type: 'custom', query: values.join(','), options: values.map((value) => ({ text: value, value, selected: false })) } : { ...all, type: 'query', datasource: CLICKHOUSE, query: sql, refresh: 2, sort: 1 };
}

export function grafanaJson({ uid, title, tags, refresh, from, variables, panels }: Dashboard): string {
  const dashboard = { uid, title, tags, refresh, timezone: 'browser', schemaVersion: 39, editable: false, time: { from, to: 'now' }, templating: { list: variables.map(variableOf) }, panels: laidOut(panels) };
  return `${JSON.stringify(dashboard, null, 1)}\n`;
}
