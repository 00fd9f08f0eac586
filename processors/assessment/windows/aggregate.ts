/** Which aggregate a kind of feature needs. */
import type { FeatureKind } from '../../../language/ruleset.ts';
import { Items } from './items.ts';
import type { TextReader } from './text.ts';
import { type Aggregate, Totals } from './totals.ts';
import { Values } from './values.ts';

const ITEM_KINDS: ReadonlySet<FeatureKind> = new Set(['distinct', 'topShare', 'hhi']);
const VALUE_KINDS: ReadonlySet<FeatureKind> = new Set(['max', 'percentile']);

export function aggregateFor(kind: FeatureKind): Aggregate {
  if (ITEM_KINDS.has(kind)) return new Items(kind === 'hhi');
  return VALUE_KINDS.has(kind) ? new Values() : new Totals();
}

export function readAggregate(kind: FeatureKind, from: TextReader): Aggregate {
  if (ITEM_KINDS.has(kind)) return Items.read(kind === 'hhi', from);
  return VALUE_KINDS.has(kind) ? Values.read(from) : Totals.read(from);
}
