/** What officers do to rules, tables and suppressions through a gateway: looked up and tried here, changed by whoever owns intake.operations.v1. */
import { hashOf } from '../../schemas/risk/edition.ts';
import type { Door } from '../door.ts';
import type { Operations } from '../operations.ts';
import type { Reference, ReferenceDesk } from '../reference.ts';
import type { RuleChanges, RuleDesk } from '../rule-changes.ts';
import type { SuppressionDesk, Suppressions } from '../suppressions.ts';

export interface Desk { reference: ReferenceDesk; changes: RuleDesk; suppressions: SuppressionDesk; operations: Pick<Operations, 'put'> }

export function deskOf(door: Pick<Door, 'ask' | 'put'>, reference: Reference, changes: RuleChanges, suppressions: Suppressions): Desk {
  return {
    reference: {
      list: () => reference.list(), text: (table, version) => reference.text(table, version), history: (only, limit) => reference.history(only, limit), changes: (table, since) => reference.changes(table, since),
      load: (table, text, by, dry) => (dry ? reference.load(table, text, by, true) : door.ask('load', { id: '', name: by }, { table, text })),
    },
    changes: {
      check: (...given) => changes.check(...given), proposals: (limit) => changes.proposals(limit), proposal: (id) => changes.proposal(id), history: (...given) => changes.history(...given), parameters: () => changes.parameters(), text: (rule, version) => changes.text(rule, version),
      propose: (files, who, why, dry) => (dry ? changes.propose(files, who, why, true) : door.ask('propose-rules', named(who), { files, why })),
      approve: (id, who, why) => door.ask('approve-rules', named(who), { id, why }),
      reject: (id, who, why) => door.ask('reject-rules', named(who), { id, why }),
    },
    suppressions: {
      list: () => suppressions.list(),
      propose: (change, who, why) => door.ask('propose-suppression', named(who), { change, why }),
      approve: (id, who, why) => door.ask('approve-suppression', named(who), { id, why }),
      reject: (id, who, why) => door.ask('reject-suppression', named(who), { id, why }),
      lift: (id, who, why) => door.ask('lift-suppression', named(who), { id, why }),
    },
    operations: { put: (table, text, by) => door.put({ name: table, version: '', hash: hashOf(text), content: text, by }) },
  };
}

/** Of a caller, no more than is recorded. */
const named = ({ id, name }: { id: string; name: string }) => ({ id, name });
