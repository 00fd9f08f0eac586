/** What the desk knows, kept from the API and the stream; views only read it. */
import type { Bilingual } from './text.ts';

export const GRADES = ['red', 'orange', 'yellow', 'blue'] as const;
export const CATEGORIES = ['market', 'transaction', 'financial', 'technical', 'public-security'] as const;
export const DAY = 86_400_000;
const KEPT = 5_000;

export interface Alert {
  alertId: string;
  revision: number;
  change: string;
  ruleId: string;
  ruleVersion: number;
  ruleSet: string;
  category: string;
  grade: string;
  score: number;
  subject: { type: string; id: string };
  zone: string;
  window: string;
  eventTime: number;
  detectedAt: number;
  firstSeen: number;
  lastSeen: number;
  count: number;
  documents: string[];
  reason: Bilingual;
  action: Bilingual;
  status: string;
  origin: string;
  heldBy: string;
  explanation?: Bilingual;
  evidence: { values: Record<string, number>; threshold: number; events: string[]; lowerBound: boolean; approximation: string; tables: string[]; bands?: Record<string, number> };
}
export interface Level {
  subject: { type: string; id: string };
  category: string;
  grade: string;
  score: number;
  zone: string;
  at: number;
  reason?: Bilingual;
}
export interface Zone {
  id: string;
  en: string;
  zh: string;
  area: string;
}
export interface Rule {
  id: string;
  indicator: string;
  version: number;
  status: string;
  category: string;
  title: Bilingual;
  bands: { grade: string; from: number }[] | null;
}
export interface Suppression {
  id: string;
  ruleId: string;
  subjectType: string;
  subjectId: string;
  zone: string;
  upTo: string;
  begins: number;
  ends: number;
  by: string;
  key: string;
  at: number;
  why: string;
  state: 'open' | 'rejected' | 'in force' | 'lifted' | 'ended';
  decision: { by: string; at: number; why: string } | null;
}
export interface RuleStats {
  rule: string;
  alerts: number;
  confirmed: number;
  false: number;
  unclear: number;
  precision: number | null;
  medianSeconds: number | null;
}
/** live: as published, of the last day; work: open and without a verdict; held: kept from being told. */
export const VIEWS = ['live', 'work', 'held'] as const;
export type View = (typeof VIEWS)[number];
export interface Filter {
  /** Id of the suppression that holds them. */
  by?: string | undefined;
  grade?: string | undefined;
  category?: string | undefined;
  zone?: string | undefined;
}

export class Model {
  alerts = new Map<string, Alert>();
  zones = new Map<string, Zone>();
  /** `zone|category` → grade. */
  levels = new Map<string, string>();
  rules = new Map<string, Rule>();
  stats = new Map<string, RuleStats>();
  filter: Filter = {};
  view: View = 'live';
  /** What the other views list, as last read. */
  apart: Record<'work' | 'held', Map<string, Alert>> = { work: new Map(), held: new Map() };
  /** Judged here since: off the list of what waits, though the store may not know yet. */
  judged = new Set<string>();
  suppressions = new Map<string, Suppression>();
  selected = '';
  loaded = false;
  /** More alerts exist than were loaded. */
  truncated = false;

  /** True where this revision is news. */
  take(alert: Alert): boolean {
    const known = this.alerts.get(alert.alertId);
    if (known && known.revision >= alert.revision) return false;
    this.alerts.delete(alert.alertId);
    this.alerts.set(alert.alertId, alert);
    if (this.alerts.size > KEPT) this.alerts.delete(this.alerts.keys().next().value as string);
    return true;
  }

  takeLevels(levels: Level[]): void {
    this.levels = new Map(levels.filter((l) => l.subject.type === 'zone' && l.category).map((l) => [`${l.subject.id}|${l.category}`, l.grade]));
  }

  fits(a: Alert): boolean {
    const f = this.filter;
    return (!f.by || a.heldBy === f.by) && (!f.grade || a.grade === f.grade) && (!f.category || a.category === f.category) && (!f.zone || a.zone === f.zone);
  }

  find(id: string): Alert | undefined {
    return this.alerts.get(id) ?? this.apart.work.get(id) ?? this.apart.held.get(id);
  }

  /** Newest first; of what waits for a verdict the worst first, and the longest waiting of these. */
  shown(limit: number): { rows: Alert[]; total: number } {
    const newest = (a: Alert, b: Alert): number => b.detectedAt - a.detectedAt || (a.alertId < b.alertId ? 1 : -1);
    const rank = ({ grade }: Alert): number => GRADES.indexOf(grade as (typeof GRADES)[number]);
    const order = this.view === 'work' ? (a: Alert, b: Alert): number => rank(a) - rank(b) || newest(b, a) : newest;
    const fitting = [...(this.view === 'live' ? this.alerts : this.apart[this.view]).values()].filter((a) => this.fits(a) && !(this.view === 'work' && this.judged.has(a.alertId))).sort(order);
    return { rows: fitting.slice(0, limit), total: fitting.length };
  }

  /** Open alerts of the last 24 hours by `category|grade`, `|grade` and `category|`. */
  counts(now: number): Map<string, number> {
    const counts = new Map<string, number>();
    const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const a of this.alerts.values()) {
      if (a.detectedAt < now - DAY || a.change === 'withdrawn' || (this.filter.zone && a.zone !== this.filter.zone)) continue;
      for (const key of [`${a.category}|${a.grade}`, `|${a.grade}`, `${a.category}|`, '|']) add(key);
    }
    return counts;
  }
}
