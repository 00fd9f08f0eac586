/**
 * rules/overrides/*.yaml: other bands for a rule in some zones, trade modes or commodity chapters. A zone is known where a window is graded. A window holds several modes and chapters, so an override by
 * these makes a variant of the rule: the same rule under `id@name of the file`, over the events of that mode and chapter alone, which then leave the rule itself.
 */
import { readBands } from './bands.ts';
import type { Bands } from './bands.ts';
import type { RuleDraft, Variant } from './check.ts';
import type { Findings } from './findings.ts';
import { didYouMean } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc } from './parse.ts';
import type { EventName } from './ruleset.ts';

const KEYS = ['rule', 'where', 'bands', 'reason'];
const WHERE = { zone: /^(\d{4}|\d{6}|none)$/, mode: /^\d{4}$/, hs2: /^\d{2}$/ } as const;
const EXAMPLE = { zone: 'zones of four or six digits', mode: 'trade modes of four digits', hs2: 'commodity chapters of two digits' } as const;
/** Each variant has windows of its own. */
const MOST_VARIANTS = 20;
/** Events that know their order's trade mode. */
const KNOW_MODE: readonly EventName[] = ['declaration', 'match', 'reversal'];

interface Narrowed { doc: Doc; where: string; zones: string[]; bands: Bands; byChapter: boolean; byMode: boolean }

/** The rule of which `id` is a variant; or itself. */
export const wholeRule = (id: string): string => id.split('@', 1)[0] as string;

export class Overrides {
  readonly #findings: Findings;
  readonly #zones = new Map<string, Map<string, Bands>>();
  readonly #narrowed = new Map<string, Narrowed[]>();
  #variants = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  read(doc: Doc, ruleIds: ReadonlySet<string>): void {
    const raw = doc.value as Record<string, unknown>;
    for (const key of Object.keys(raw))
      if (!KEYS.includes(key)) this.#findings.add('unknown-key', doc, [key], `unknown key \`${key}\` of an override`, didYouMean(key, KEYS), 'key');
    const rule = String(raw.rule);
    if (!ruleIds.has(rule)) this.#findings.add('override', doc, ['rule'], `\`${rule}\` is no rule`, didYouMean(rule, ruleIds));
    const bands = readBands(doc, ['bands'], raw.bands, this.#findings);
    const where = this.#where(doc, raw.where);
    if (where.mode.length + where.hs2.length > 0) this.#narrow(doc, rule, where, bands);
    else this.#addZones(doc, rule, where.zone, bands);
  }

  #where(doc: Doc, where: unknown): Record<keyof typeof WHERE, string[]> {
    const read = { zone: [] as string[], mode: [] as string[], hs2: [] as string[] };
    if (!isRecord(where) || Object.keys(where).length === 0) {
      this.#findings.add('override', doc, ['where'], 'expected where: {zone: …}, {mode: …} or {hs2: …}', 'e.g. where: {zone: ["3301"], mode: ["9610"]}');
      return read;
    }
    for (const [key, given] of Object.entries(where)) {
      if (!Object.hasOwn(WHERE, key)) {
        this.#findings.add('override-where', doc, ['where', key], `unknown restriction \`${key}\``, didYouMean(key, Object.keys(WHERE)) || 'zone, mode, hs2', 'key');
        continue;
      }
      const name = key as keyof typeof WHERE;
      for (const value of Array.isArray(given) ? given : [given]) {
        if (WHERE[name].test(String(value))) read[name].push(String(value));
        else this.#findings.add('override', doc, ['where', key], `expected ${EXAMPLE[name]} in quotes, given \`${String(value)}\``);
      }
    }
    return read;
  }

  #addZones(doc: Doc, rule: string, zones: readonly string[], bands: Bands): void {
    const ofRule = this.#zones.get(rule) ?? new Map<string, Bands>();
    this.#zones.set(rule, ofRule);
    for (const zone of zones) {
      if (ofRule.has(zone)) this.#findings.add('override', doc, ['where', 'zone'], `zone ${zone} already has an override of ${rule}`);
      ofRule.set(zone, bands);
    }
  }

  #narrow(doc: Doc, rule: string, { zone, mode, hs2 }: Record<keyof typeof WHERE, string[]>, bands: Bands): void {
    const among = (name: string, values: readonly string[]) => (values.length === 0 ? [] : [`${name} in ${JSON.stringify([...values].sort())}`]);
    const where = [...among('event.mode', mode), ...among('line.hs2', hs2)].join(' && ');
    const ofRule = this.#narrowed.get(rule) ?? [];
    this.#narrowed.set(rule, ofRule);
    if (ofRule.some((other) => other.where === where)) this.#findings.add('override', doc, ['where'], `${rule} already has an override for the same modes and chapters`, 'put both into one file');
    if (++this.#variants > MOST_VARIANTS) this.#findings.add('override-where', doc, ['where'], `more than ${MOST_VARIANTS} overrides by mode or chapter: each keeps windows of its own`, 'join some, or write a rule of its own');
    ofRule.push({ doc, where, zones: zone, bands, byMode: mode.length > 0, byChapter: hs2.length > 0 });
  }

  /** What the rule itself no longer looks at: what its variants do. '' = nothing. */
  leaves(rule: string): string {
    return (this.#narrowed.get(rule) ?? []).map(({ where }) => `!(${where})`).join(' && ');
  }

  /** Refuses what a feature of the rule could not tell apart. */
  variants(rule: RuleDraft): Variant[] {
    return (this.#narrowed.get(rule.id) ?? []).flatMap(({ doc, where, zones, bands, byMode, byChapter }) => {
      const blind = rule.features.find(({ feeds, each }) => feeds.some(({ event }) => (byMode && !KNOW_MODE.includes(event)) || (byChapter && !(each && event === 'declaration'))));
      if (blind) {
        const why = byChapter ? 'only lines of declarations know their chapter' : `only ${KNOW_MODE.join(', ')} know their trade mode`;
        this.#findings.add('override-where', doc, ['where'], `feature ${blind.name} of ${rule.id} cannot be told apart so: ${why}`, 'restrict by zone, or write a rule whose `where` asks for it');
        return [];
      }
      const name = (doc.file.split('/').at(-1) as string).replace(/\.yaml$/, '');
      return [{ suffix: `@${name}`, narrow: where, bands: zones.length === 0 ? bands : undefined, zones: new Map(zones.map((zone) => [zone, bands])) }];
    });
  }

  /** Bands by zone of a rule without suffix. */
  zones(rule: string): ReadonlyMap<string, Bands> | undefined {
    return this.#zones.get(rule);
  }
}
