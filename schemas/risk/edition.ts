/**
 * An edition: the rules and the reference tables that are in force together, each part by the hash of its artifact. It is itself an artifact, named by a control
 * record; a part that did not change is not stored again. Editions are a chain, so that who put what in force when can be read back to the first.
 */
import { createHash } from 'node:crypto';

/** The name of an edition's artifact and of its control record. */
export const RULE_SET = 'rule-set';

export interface Part {
  hash: string;
  version: string;
  /** Who put it in force: a key's name, `folder` or `start`. */
  by: string;
  /** Epoch ms. */
  since: number;
  /** Of rules: who else said yes, and why. */
  approval?: Approval;
}
/** A change of rules needs two keys: `by` is the author's. `proposal` is '' where there was none: at a start the rules folder is the operator's own word. */
export interface Approval { approver: string; why: string; proposal: string }
export interface Edition {
  /** Hash of the edition that this one follows; '' for the first. */
  before: string;
  rules: Part;
  /** By the table's name, e.g. `positive-list`. */
  tables: Record<string, Part>;
}

export const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 32);

/** undefined where the content is no edition: the artifact of a part, or a rule set that was stored in one piece. */
export function readEdition(content: string): Edition | undefined {
  // Texts of tables can be long: they need not be parsed to see what they are not.
  if (!content.startsWith('{"before":')) return undefined;
  return JSON.parse(content) as Edition;
}

export const partsOf = ({ rules, tables }: Edition): Part[] => [rules, ...Object.values(tables)];
