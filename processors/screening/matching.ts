/** Runs the match of a dossier when something changed, emits it where it is another one, and replaces the credit that it gave. */
import type { Match } from '../../schemas/risk/fact.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Dossier } from './dossier.ts';
import type { MatchLimits, MatchResult } from './documents.ts';
import type { SignalFrame } from './given.ts';
import { match } from './match.ts';
import { standingOf } from './reversals.ts';
import type { Screener } from './screener.ts';
import { matchView } from './view.ts';

/** What of a match is remembered as text. */
export type Shown = Pick<Match, 'documents' | 'findings' | 'zone'>;

export class Matching {
  readonly #screener: Screener;

  constructor(screener: Screener) {
    this.#screener = screener;
  }

  judge(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    const rules = this.#screener.rules;
    if (!rules) return;
    const { slots, noticed, expired, rawDue, releasedAt } = dossier;
    // What was allowed when the order was made counts, whenever it is judged.
    const made = slots.find((s) => s.type === 'order')?.kept?.doneTime ?? at;
    this.put(orderKey, dossier, match({ slots, standing: standingOf(slots), noticed, expired, rawDue, releasedAt }, this.limits(made), rules.tables), record, at);
  }

  put(orderKey: string, dossier: Dossier, result: MatchResult, record: LogRecord, at: number): void {
    const text = JSON.stringify({ documents: result.documents, findings: result.findings, zone: dossier.zone } satisfies Shown);
    if (text === dossier.result && result.state === dossier.state) return;
    dossier.result = text;
    dossier.state = result.state;
    dossier.codes = result.codes;
    this.#emit(orderKey, dossier, result, record, at);
    const order = dossier.slots.find((s) => s.type === 'order')?.kept ?? undefined;
    const paid = dossier.slots.reduce((sum, s) => sum + (s.type === 'payment' ? (s.kept?.amount ?? 0) : 0), 0);
    const frame: SignalFrame = { zone: dossier.zone, orderKey, origin: dossier.origin, late: false };
    const eventId = dossier.slots[0]?.content.eventId ?? '';
    const standing = dossier.matchGiven.text !== '' ? dossier.matchGiven.at : at;
    dossier.matchGiven = this.#screener.book.replace(frame, dossier.matchGiven, this.#screener.credit(matchView(orderKey, dossier, result, order, paid, standing), standing, eventId, frame));
  }

  /** The match as it stands, with customs' last answer and the delivery. */
  emitAgain(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    if (dossier.result !== '') this.#emit(orderKey, dossier, JSON.parse(dossier.result) as Shown, record, at);
  }

  #emit(orderKey: string, dossier: Dossier, { documents, findings }: Pick<Shown, 'documents' | 'findings'>, record: LogRecord, at: number): void {
    dossier.revision++;
    const body: Match = {
      orderKey, revision: dossier.revision, state: dossier.state, zone: dossier.zone, platform: orderKey.slice(0, orderKey.indexOf('|')),
      seller: dossier.slots.find((s) => s.type === 'order')?.kept?.seller ?? '', documents, codes: dossier.codes, findings,
      returnStatus: dossier.returnStatus, origin: dossier.origin, at, delivered: dossier.deliveredAt,
    };
    this.#screener.emitFact('match', orderKey, record, body);
  }

  limits(at: number): MatchLimits {
    const n = (name: keyof MatchLimits) => this.#screener.number(name, at);
    return {
      amountTolerance: n('amountTolerance'), sumSoftTolerance: n('sumSoftTolerance'), valueTolerance: n('valueTolerance'), addressSimilarity: n('addressSimilarity'),
      weightToleranceShare: n('weightToleranceShare'), weightToleranceKg: n('weightToleranceKg'), timeSkewMinutes: n('timeSkewMinutes'), singleLimit: n('singleLimit'),
      limitBasis: n('limitBasis'), taxTolerance: n('taxTolerance'), returnWindowDays: n('returnWindowDays'),
    };
  }
}
