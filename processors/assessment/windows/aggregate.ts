/** Which aggregate a feature needs. */
import type { Feature, FeatureKind } from '../../../language/ruleset.ts';
import { Items } from './items.ts';
import { Moments } from './moments.ts';
import type { TextReader } from './text.ts';
import { type Aggregate, Totals } from './totals.ts';
import { Values } from './values.ts';

const ITEM_KINDS: ReadonlySet<FeatureKind> = new Set(['distinct', 'topShare', 'hhi', 'topSum', 'itemsOver', 'newShare']);
const VALUE_KINDS: ReadonlySet<FeatureKind> = new Set(['max', 'min', 'percentile']);

export function aggregateFor({ kind, over }: Feature): Aggregate {
  if (ITEM_KINDS.has(kind)) return new Items(kind, over);
  if (kind === 'stddev') return new Moments();
  return VALUE_KINDS.has(kind) ? new Values() : new Totals();
}

export function readAggregate({ kind, over }: Feature, from: TextReader): Aggregate {
  if (ITEM_KINDS.has(kind)) return Items.read(kind, from, over);
  if (kind === 'stddev') return Moments.read(from);
  return VALUE_KINDS.has(kind) ? Values.read(from) : Totals.read(from);
}
