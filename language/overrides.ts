/** rules/overrides/*.yaml: other bands for a rule in some zones. */
import { readBands } from './bands.ts';
import type { Bands } from './bands.ts';
import type { Findings } from './findings.ts';
import { didYouMean } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc } from './parse.ts';

const KEYS = ['rule', 'where', 'bands', 'reason'];

/** Adds the override to `byRule`. */
export function readOverride(doc: Doc, ruleIds: ReadonlySet<string>, byRule: Map<string, Map<string, Bands>>, findings: Findings): void {
  const raw = doc.value as Record<string, unknown>;
  for (const key of Object.keys(raw))
    if (!KEYS.includes(key)) findings.add('unknown-key', doc, [key], `unknown key \`${key}\` of an override`, didYouMean(key, KEYS), 'key');
  const rule = String(raw.rule);
  if (!ruleIds.has(rule)) findings.add('override', doc, ['rule'], `\`${rule}\` is no rule`, didYouMean(rule, ruleIds));
  const bands = readBands(doc, ['bands'], raw.bands, findings);
  const zones = readZones(doc, raw.where, findings);
  let ofRule = byRule.get(rule);
  if (!ofRule) byRule.set(rule, (ofRule = new Map()));
  for (const zone of zones) {
    if (ofRule.has(zone)) findings.add('override', doc, ['where', 'zone'], `zone ${zone} already has an override of ${rule}`);
    ofRule.set(zone, bands);
  }
}

function readZones(doc: Doc, where: unknown, findings: Findings): string[] {
  if (!isRecord(where) || where.zone === undefined) {
    findings.add('override', doc, ['where'], 'expected where: {zone: …}', 'e.g. where: {zone: ["3301"]}');
    return [];
  }
  for (const key of Object.keys(where)) {
    if (key === 'zone') continue;
    const known = key === 'mode' || key === 'hs2';
    const why = known ? `\`${key}\` is not known where a window is graded: it holds many orders` : `unknown restriction \`${key}\``;
    findings.add('override-where', doc, ['where', key], why, known ? 'restrict by zone, or write a rule whose `where` asks for it' : 'zone', 'key');
  }
  const zones: unknown[] = Array.isArray(where.zone) ? where.zone : [where.zone];
  return zones.map(String).filter((zone) => {
    const fits = /^(\d{4}|\d{6}|none)$/.test(zone);
    if (!fits) findings.add('override', doc, ['where', 'zone'], `expected zones of four or six digits in quotes, given \`${zone}\``);
    return fits;
  });
}
