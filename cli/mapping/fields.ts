/** What a mapping may fill: the fields of a message's contract, read off the contract itself. */
import type { z } from 'zod';
import type { DocumentMessage } from '../../schemas/customs/messages.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';

export type Kind = 'text' | 'code' | 'amount' | 'whole' | 'time';
export interface FieldInfo { name: string; kind: Kind; needed: boolean; expected: string }
export interface Fields { head: FieldInfo[]; line: FieldInfo[]; linesNeeded: boolean }

export const TYPES = Object.keys(CONTRACTS) as DocumentMessage[];

/** A contract names what is missing in an empty document with one empty line: exactly the fields that it needs. */
export function fieldsOf(type: DocumentMessage): Fields {
  const whole = CONTRACTS[type].whole as unknown as z.ZodObject;
  const lines = whole.shape.items as z.ZodArray<z.ZodObject> | undefined;
  const missing = (document: object): Set<string> => new Set(whole.safeParse(document).error?.issues.map((issue) => issue.path.join('.')));
  const needed = missing(lines ? { items: [{}] } : {});
  const infos = (shape: z.ZodRawShape, prefix: string): FieldInfo[] => Object.entries(shape).filter(([name]) => name !== 'items')
    .map(([name, schema]) => ({ name, needed: needed.has(prefix + name), ...kindOf(schema as z.ZodType) }));
  return { head: infos(whole.shape, ''), line: lines ? infos(lines.element.shape, 'items.0.') : [], linesNeeded: lines !== undefined && missing({ items: [] }).has('items') };
}

function kindOf(schema: z.ZodType): { kind: Kind; expected: string } {
  const { type, description = '' } = schema.meta() as { type: string | string[]; description?: string };
  const kind: Kind = /^(a Beijing time|epoch milliseconds)/.test(description) ? 'time' : description.startsWith('a whole number') ? 'whole'
    : description.startsWith('a decimal number') ? 'amount' : type === 'string' && description.includes('a text') ? 'text' : 'code';
  return { kind, expected: description };
}

/** Fields that tell of a person: shown only by length and kind of characters (law 6). */
export const isPersonal = (name: string): boolean =>
  /^(buyer(RegNo|Name|Telephone|IdNumber)|payer(Name|IdNumber)|\w*telephone|consignee\w*|recp(Account|Name)|inital\w+|signValue|note|reason|itemDescribe|goodsInfo|returnInfo)$/i.test(name) && name !== 'consigneeDistrict';
