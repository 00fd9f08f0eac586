/** The answer to a check: intake's reading of each document, the match of all of them together, and the documents written back. Sends nothing, keeps nothing. */
import type { Compiled } from '../language/ruleset.ts';
import { MESSAGES, type Message } from '../schemas/customs/messages.ts';
import type { Frame, Written } from '../schemas/customs/official.ts';
import { writeJson } from '../schemas/customs/write-json.ts';
import { writeXml } from '../schemas/customs/write-xml.ts';
import { type Fault, faultOf } from '../schemas/fixes.ts';
import type { Bilingual } from '../schemas/risk/alert.ts';
import type { Match, MatchFinding } from '../schemas/risk/fact.ts';
import { SIGNATURE_OUTCOMES, type SignatureOutcome } from '../schemas/signatures.ts';
import type { Wire } from '../schemas/trade/contract.ts';
import type { Declaration } from '../schemas/trade/declaration.ts';
import type { Envelope } from '../schemas/trade/envelope.ts';
import type { Stage } from '../streams/stage.ts';
import type { Checked } from './intake/check.ts';
import type { Intake, Submission } from './intake/intake.ts';
import { type Doubt, simplifiedDoubts } from './simplified.ts';
import { matchTogether } from './together.ts';

export type WrittenForm = 'xml' | 'json';

/** Ids, counts and shapes: what the documents say of persons is in none of them. */
export interface CheckedDocument {
  index: number;
  /** '' where it is not known. */
  type: string;
  title: Bilingual;
  ok: boolean;
  documentKey: string;
  orderKey: string;
  /** Epoch ms; 0 where nothing was read. */
  eventTime: number;
  lines: number;
  signed: boolean;
  /** '' where signatures are not verified here. */
  signature: SignatureOutcome | '';
  /** The same in words. */
  signatureText: Bilingual;
  problems: Fault[];
  unknown: string[];
  /** Fields that are in order by themselves, but should be looked at. */
  doubts: Doubt[];
}
export interface CheckedMatch { orderKey: string; state: string; zone: string; documents: string[]; codes: string[]; findings: MatchFinding[] }
/** One message for each type of document; only documents in order are written. */
export interface WrittenMessage { type: string; form: WrittenForm; indexes: number[]; text: string }
export interface CheckAnswer { ok: boolean; documents: CheckedDocument[]; matches: CheckedMatch[]; written: WrittenMessage[] }
export type Check = (submission: Submission, as: WrittenForm | undefined, now: number) => CheckAnswer;

/** `rules`: the artifact of the rule set in force; `compiled`: the same, read. */
export function createCheck(intake: Pick<Intake, 'check'>, screening: Stage, rules: string, compiled: Compiled): Check {
  return (submission, as, now) => {
    const checked = intake.check(submission, now);
    const documents = checked.map((one, index) => shown(one, index, compiled));
    const taken = checked.flatMap((one) => one.taken ?? []).filter(({ type }) => type !== 'baseline');
    return {
      ok: documents.every((one) => one.ok), documents, matches: matchTogether(screening, rules, taken, now).map(shownMatch), written: as === undefined ? [] : write(checked, as),
    };
  };
}

const CATALOGUE: readonly Message[] = MESSAGES;
const UNTITLED: Bilingual = { en: '', zh: '' };

function shown({ type, signed, verdict, flat, taken, problems, unknown }: Checked, index: number, compiled: Compiled): CheckedDocument {
  const body = taken?.body as Partial<Envelope> | undefined;
  return {
    index, type, title: CATALOGUE.find((m) => m.type === type)?.title ?? UNTITLED, ok: problems.length === 0, documentKey: body?.documentKey ?? '', orderKey: body?.orderKey ?? '',
    eventTime: taken?.eventTime ?? 0, lines: Array.isArray(flat?.['items']) ? flat['items'].length : 0, signed, signature: verdict?.outcome ?? '', signatureText: verdict ? SIGNATURE_OUTCOMES[verdict.outcome] : UNTITLED, problems: problems.map(faultOf), unknown,
    doubts: taken?.type === 'declaration' && compiled.ok ? simplifiedDoubts(taken.body as Declaration, compiled.ruleSet.parameters, compiled.tables) : [],
  };
}

const shownMatch = ({ orderKey, state, zone, documents, codes, findings }: Match): CheckedMatch => ({ orderKey, state, zone, documents, codes, findings });

const WRITERS: Readonly<Record<WrittenForm, (documents: readonly Wire[], frame: Frame) => Written>> = { xml: writeXml, json: writeJson };

function write(checked: readonly Checked[], form: WrittenForm): WrittenMessage[] {
  const byType = new Map<string, number[]>();
  for (const [index, { type, taken }] of checked.entries()) if (taken !== undefined) byType.set(type, [...(byType.get(type) ?? []), index]);
  return [...byType].flatMap(([type, indexes]) => {
    const written = WRITERS[form](indexes.map((index) => checked[index]?.flat as Wire), {});
    // A message of our own has no official form.
    return written.ok ? [{ type, form, indexes, text: written.text }] : [];
  });
}
