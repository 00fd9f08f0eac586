/** Runs the match of a dossier when something changed, emits it where it is another one, and replaces the credit that it gave. */
import type { Match, MatchFinding } from '../../schemas/risk/fact.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Dossier, Shown } from './dossier.ts';
import type { MatchLimits, MatchResult } from './documents.ts';
import type { SignalFrame } from './given.ts';
import { match } from './match.ts';
import { standingOf } from './reversals.ts';
import type { Screener } from './screener.ts';
import { matchView } from './view.ts';

export const findingsOf = ({ findings }: Shown): MatchFinding[] => (findings === '' ? [] : (JSON.parse(findings) as MatchFinding[]));

const isSame = (a: Shown, b: Shown): boolean => a.findings === b.findings && a.zone === b.zone && a.owed.guarantor === b.owed.guarantor && a.owed.tax === b.owed.tax && a.documents.length === b.documents.length && a.documents.every((name, i) => name === b.documents[i]);

export class Matching {
  readonly #screener: Screener;

  constructor(screener: Screener) {
    this.#screener = screener;
  }

  judge(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    const rules = this.#screener.rules;
    if (!rules) return;
    const { slots, noticed, expired, rawDue, releasedAt, returnStatus } = dossier;
    // What was allowed when the order was made counts, whenever it is judged.
    const made = slots.find((s) => s.type === 'order')?.kept?.doneTime ?? at;
    this.put(orderKey, dossier, match({ slots, standing: standingOf(dossier), noticed, expired, rawDue, releasedAt, returnStatus }, this.limits(made), rules.tables), record, at);
  }

  /** `lasts`: of a closed order only what lasts is counted; the rest was given while it was open and is not taken back. */
  put(orderKey: string, dossier: Dossier, result: MatchResult, record: LogRecord, at: number, lasts?: (feature: string) => boolean): void {
    const shown: Shown = { documents: result.documents, findings: result.findings.length === 0 ? '' : JSON.stringify(result.findings), zone: dossier.zone, owed: result.owed };
    if (dossier.shown && isSame(dossier.shown, shown) && result.state === dossier.state) return;
    dossier.shown = shown;
    dossier.state = result.state;
    dossier.codes = result.codes;
    this.#tell(orderKey, dossier, result, record, at, lasts);
  }

  /** Nothing that is compared has changed, but rules on the match hear of the release. */
  release(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    const { shown, state, codes } = dossier;
    if (shown) this.#tell(orderKey, dossier, { state, codes, documents: shown.documents, findings: findingsOf(shown), owed: shown.owed }, record, at);
  }

  #tell(orderKey: string, dossier: Dossier, result: MatchResult, record: LogRecord, at: number, lasts?: (feature: string) => boolean): void {
    this.#emit(orderKey, dossier, result, record, at);
    const order = dossier.slots.find((s) => s.type === 'order')?.kept ?? undefined;
    const paid = dossier.slots.reduce((sum, s) => sum + (s.type === 'payment' ? (s.kept?.amount ?? 0) : 0), 0);
    const frame: SignalFrame = { zone: dossier.zone, orderKey, origin: dossier.origin, late: false };
    const eventId = dossier.slots[0]?.content.eventId ?? '';
    const standing = dossier.matchGiven.packed.length > 0 ? dossier.matchGiven.at : at;
    const due = this.#screener.credit(matchView(orderKey, dossier, result, order, paid, standing), standing, eventId, frame);
    if (lasts) due.list = due.list.filter(({ feature }) => lasts(feature));
    dossier.matchGiven = this.#screener.book.replace(frame, dossier.matchGiven, due, orderKey, dossier.words);
  }

  /** The match as it stands, with customs' last answer and the delivery. */
  emitAgain(orderKey: string, dossier: Dossier, record: LogRecord, at: number): void {
    if (dossier.shown) this.#emit(orderKey, dossier, { documents: dossier.shown.documents, findings: findingsOf(dossier.shown) }, record, at);
  }

  #emit(orderKey: string, dossier: Dossier, { documents, findings }: Pick<Match, 'documents' | 'findings'>, record: LogRecord, at: number): void {
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
