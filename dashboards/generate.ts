/** `npm run dashboards` writes Grafana's files from the definitions here; a test holds the committed ones to them. */
import { writeFileSync } from 'node:fs';
import { grafanaJson } from './model.ts';
import { OPERATIONS_DASHBOARD } from './operations.ts';
import { RISK_DASHBOARD } from './risk.ts';

export const DASHBOARDS = [OPERATIONS_DASHBOARD, RISK_DASHBOARD];
export const FOLDER = new URL('grafana/', import.meta.url);

export const files = (): Map<string, string> => new Map(DASHBOARDS.map((dashboard) => [`${dashboard.uid}.json`, grafanaJson(dashboard)]));

if (import.meta.main) for (const [name, text] of files()) writeFileSync(new URL(name, FOLDER), text);
