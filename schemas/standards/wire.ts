/** The wire contracts that are standards: customs' messages and our own formats, with the release of each. */
import { z } from 'zod';
import { type Message, MESSAGES } from '../customs/messages.ts';
import frozen from '../released/wire.json' with { type: 'json' };
import { newest, pendingWire, type WireRelease } from '../releases.ts';
import type { Bilingual } from '../risk/alert.ts';
import { AGREEMENT, AGREEMENT_EXAMPLE } from './agreement.ts';
import { ENTITY, ENTITY_EXAMPLE } from './entity.ts';
import { exampleOf, rowsOf } from './fields.ts';
import { bare, type JsonSchema, messageSchema } from './json-schema.ts';

export interface Product { id: string; title: Bilingual; about: Bilingual; schema: JsonSchema; example: Record<string, unknown>; takes(document: unknown): boolean }

const product = (id: string, title: Bilingual, about: Bilingual, schema: z.ZodType, example: Record<string, unknown>): Product => ({
  id, title, about, example, schema: { ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }), $id: `${id}.schema.json` }, takes: (document) => schema.safeParse(document).success,
});

export const PRODUCTS: readonly Product[] = [
  product('transaction-entity', { en: 'Transaction entity', zh: '交易主体' }, {
    en: 'One party of the register: who it is, what it does, in which zone, and from when to when. The last character of a credit code is its check digit (GB 32100-2015).',
    zh: '登记簿中的一个主体：身份、角色、所在综试区及有效期。统一社会信用代码末位须符合 GB 32100-2015 校验规则。',
  }, ENTITY, ENTITY_EXAMPLE),
  product('electronic-contract', { en: 'Electronic contract', zh: '电子合同' }, {
    en: 'Parties, goods, terms and amounts of a contract, one hash over them, and each party’s signature over the hash. Line totals add up to the goods, these with freight, insurance and tax less the discount to the total.',
    zh: '合同当事人、标的物、条款与金额，及其统一摘要和各方对摘要的签名。各项总价之和等于货款；货款、运费、保险费、税款之和减折扣等于合同总额。',
  }, AGREEMENT, { ...AGREEMENT_EXAMPLE }),
];

export const messages: readonly Message[] = MESSAGES;

/** Documents that stand for the contract: whole, with the least that it takes, and deleted. */
function samplesOf({ type }: Message): Record<string, unknown>[] {
  const deletable = rowsOf(type).head.some(({ name }) => name === 'appType');
  return [exampleOf(type), exampleOf(type, true), ...(deletable ? [exampleOf(type, true, true)] : [])];
}

/** Every wire contract as it stands now. */
export function currentWire(): Omit<WireRelease, 'version'>[] {
  return [
    ...messages.map((message) => ({ type: message.type, schema: bare(messageSchema(message, 0)), samples: samplesOf(message) })),
    ...PRODUCTS.map(({ id, schema, example }) => ({ type: id, schema: bare(schema), samples: [example] })),
  ];
}

export const FROZEN_WIRE = frozen as unknown as WireRelease[];

/** type → its version: the last frozen one, or the one that the next release will freeze. */
export function wireVersions(): Map<string, number> {
  return new Map([...newest([...FROZEN_WIRE, ...pendingWire(FROZEN_WIRE, currentWire())])].map(([type, { version }]) => [type, version]));
}
