/**
 * Scaled out, one process publishes: whoever owns intake.operations.v1. What changes rules, tables or suppressions stands there as a command first, so that it is done in a recorded order, once;
 * what came of it stands there behind it, as an answer.
 */
import type { Finding } from '../../language/ruleset.ts';
import type { LoadResult } from '../reference.ts';
import type { SuppressionChange, Who } from '../register.ts';
import type { ChangeResult } from '../rule-changes.ts';
import type { SuppressionResult, SuppressionView } from '../suppressions.ts';

type Decision = { id: string; why: string };

export interface Commands {
  /** Rules folder, seeds and reference folder of a process that starts. */
  start: { args: { files: Record<string, string>; seeds: Record<string, string>; folder: Record<string, string> }; result: Finding[] };
  load: { args: { table: string; text: string }; result: LoadResult };
  'propose-rules': { args: { files: Record<string, string | null>; why: string }; result: ChangeResult };
  'approve-rules': { args: Decision; result: ChangeResult };
  'reject-rules': { args: Decision; result: ChangeResult };
  'propose-suppression': { args: { change: Omit<SuppressionChange, 'kind'>; why: string }; result: SuppressionView };
  'approve-suppression': { args: Decision; result: SuppressionResult };
  'reject-suppression': { args: Decision; result: SuppressionResult };
  'lift-suppression': { args: Decision; result: SuppressionResult };
}
export type CommandName = keyof Commands;
export type ArgsOf<N extends CommandName> = Commands[N]['args'];
export type ResultOf<N extends CommandName> = Commands[N]['result'];
export type Ask = <N extends CommandName>(name: N, who: Who, args: ArgsOf<N>) => Promise<ResultOf<N>>;
