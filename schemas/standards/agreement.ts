/** Electronic contract: parties, goods, terms, amounts, signatures, and one hash over all but these. A published format of this project. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { parseFixed5 } from '../trade/fixed5.ts';
import { country, creditCode, day } from './entity.ts';
import { bothWords } from './words.ts';

/** Money and quantities are text: a JSON number would lose its last digits on the way. */
const decimal = z.string().regex(/^\d{1,14}(\.\d{1,5})?$/);
const text = (max: number) => z.string().trim().min(1).max(max);

const party = z.object({
  role: z.enum(['seller', 'buyer', 'platform', 'carrier', 'warehouse', 'agent']).meta(bothWords('Role', '角色', 'Which side of the contract the party is.', '合同当事人的角色。')),
  name: text(200).meta(bothWords('Name', '名称', 'Registered name of the firm.', '企业登记名称。')),
  country: country.meta(bothWords('Country', '国家（地区）', 'Where the firm is registered.', '企业登记国家（地区）。')),
  creditCode: creditCode.optional().meta(bothWords('Credit code', '统一社会信用代码', 'Of a firm registered in China.', '境内企业填写。')),
  foreignId: text(60).optional().meta(bothWords('Foreign register number', '境外登记号', 'Of a firm registered abroad.', '境外企业填写。')),
}).refine(({ creditCode: code, foreignId }) => (code === undefined) !== (foreignId === undefined), { path: ['creditCode'], message: 'expected creditCode or foreignId, and one of them only' });

const goods = z.object({
  line: z.int().min(1).meta(bothWords('Line', '序号', 'Place of the line, from 1.', '序号，从1开始。')),
  name: text(250).meta(bothWords('Goods', '商品名称', 'What is sold.', '合同商品名称。')),
  hs: z.string().regex(/^\d{4}(\d{2}){0,3}$/).meta(bothWords('Commodity code', '商品编码', 'Four to ten digits of the customs code.', '海关商品编号，四至十位。')),
  specification: z.string().max(510).optional().meta(bothWords('Specification', '规格型号', 'Brand, size, material.', '品牌、规格、材质等。')),
  origin: country.meta(bothWords('Origin', '原产国（地区）', 'Where the goods were made.', '商品原产国（地区）。')),
  quantity: decimal.meta(bothWords('Quantity', '数量', 'How many units.', '数量。')),
  unit: z.string().regex(/^\d{3}$/).meta({ ...bothWords('Unit', '计量单位', 'Customs’ unit code.', '海关计量单位代码。'), 'x-code-list': 'codes/units.json' }),
  price: decimal.meta(bothWords('Unit price', '单价', 'Price of one unit.', '单价。')),
  total: decimal.meta(bothWords('Line total', '总价', 'Price of the line.', '本项总价。')),
});

const terms = z.object({
  tradeTerm: z.enum(['EXW', 'FCA', 'FAS', 'FOB', 'CFR', 'CIF', 'CPT', 'CIP', 'DAP', 'DPU', 'DDP']).meta(bothWords('Trade term', '贸易术语', 'Incoterms 2020.', '国际贸易术语（Incoterms 2020）。')),
  place: text(100).meta(bothWords('Place of the term', '交货地点', 'Place that the trade term names.', '贸易术语所指地点。')),
  mode: z.string().regex(/^\d{4}$/).meta({ ...bothWords('Supervision mode', '监管方式', 'Customs regime of the goods.', '海关监管方式代码。'), 'x-code-list': 'codes/trade-modes.json' }),
  payment: text(500).meta(bothWords('Payment', '付款条件', 'When and how is paid.', '付款时间与方式。')),
  deliverFrom: day.optional().meta(bothWords('Delivery from', '交货期起', 'First day of delivery.', '最早交货日期。')),
  deliverTo: day.optional().meta(bothWords('Delivery to', '交货期止', 'Last day of delivery.', '最迟交货日期。')),
  law: text(200).optional().meta(bothWords('Law and disputes', '法律适用与争议解决', 'Which law holds and who decides.', '适用法律与争议解决方式。')),
});

const amounts = z.object({
  currency: z.string().regex(/^[A-Z]{3}$/).meta(bothWords('Currency', '币种', 'ISO 4217.', 'ISO 4217 币种代码。')),
  goods: decimal.meta(bothWords('Goods', '货款', 'Sum of the lines.', '各项总价之和。')),
  freight: decimal.meta(bothWords('Freight', '运费', '0 where none.', '无则为0。')),
  insurance: decimal.meta(bothWords('Insurance', '保险费', '0 where none.', '无则为0。')),
  tax: decimal.meta(bothWords('Tax', '税款', '0 where none.', '无则为0。')),
  discount: decimal.meta(bothWords('Discount', '折扣', '0 where none.', '无则为0。')),
  total: decimal.meta(bothWords('Total', '合同总额', 'Goods, freight, insurance and tax less the discount.', '货款、运费、保险费、税款之和减折扣。')),
});

const signature = z.object({
  party: z.int().min(0).meta(bothWords('Party', '签署方', 'Place in parties, from 0.', '当事人序号，从0开始。')),
  signedAt: z.iso.datetime().meta(bothWords('Signed at', '签署时间', 'UTC.', '签署时间（UTC）。')),
  algorithm: z.enum(['SM2-SM3', 'ECDSA-SHA256', 'RSA-SHA256']).meta(bothWords('Algorithm', '签名算法', 'How the hash was signed.', '对摘要签名的算法。')),
  certificate: text(4000).meta(bothWords('Certificate', '证书', 'Signer’s certificate or its number.', '签名证书或证书编号。')),
  value: text(4000).meta(bothWords('Signature', '签名值', 'Signature over the hash, base64.', '对摘要的签名值（base64）。')),
});

const SHAPE = z.object({
  standard: z.literal('electronic-contract').meta(bothWords('Format', '格式', 'Always electronic-contract.', '固定为 electronic-contract。')),
  contractNo: text(60).meta(bothWords('Contract number', '合同编号', 'Unique among the contracts of its first party.', '在首位当事人范围内唯一。')),
  revision: z.int().min(1).meta(bothWords('Revision', '版次', 'From 1; a change is a new revision under the same number.', '从1开始，变更时递增。')),
  concludedOn: day.meta(bothWords('Concluded on', '签订日期', 'Day of the contract.', '合同签订日期。')),
  validTo: day.optional().meta(bothWords('Valid to', '有效期止', 'Last day of the contract, where it has one.', '合同有效期止，如有。')),
  parties: z.array(party).min(2).max(20).meta(bothWords('Parties', '当事人', 'Firms that are bound.', '合同当事人。')),
  goods: z.array(goods).min(1).max(1000).meta(bothWords('Goods', '标的物', 'What the contract is about.', '合同标的物。')),
  terms: terms.meta(bothWords('Terms', '条款', 'Delivery, payment, law.', '交货、付款及法律条款。')),
  amounts: amounts.meta(bothWords('Amounts', '金额', 'All in one currency.', '统一币种金额。')),
  orders: z.array(text(80)).max(1000).optional().meta(bothWords('Orders', '关联订单', 'Orders under this contract, as ebpCode|orderNo.', '本合同项下订单，格式为 ebpCode|orderNo。')),
  hash: z.string().regex(/^[0-9a-f]{64}$/).meta(bothWords('Hash', '摘要', 'SHA-256 of the contract without hash and signatures, as JSON with sorted names and no spaces.', '除摘要与签名外的合同内容按字段名排序、无空格的 JSON 的 SHA-256。')),
  signatures: z.array(signature).max(20).meta(bothWords('Signatures', '签名', 'Each over the hash.', '各方对摘要的签名。')),
});
export type Agreement = z.output<typeof SHAPE>;

/** JSON with sorted names and no spaces: the same contract gives the same bytes in every language. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}

export function agreementHash(agreement: Omit<Agreement, 'hash' | 'signatures'> & Partial<Pick<Agreement, 'hash' | 'signatures'>>): string {
  const { hash: _hash, signatures: _signatures, ...content } = agreement;
  return hash('sha256', canonical(content));
}

const five = (value: string): number => Number(parseFixed5(value));

export const AGREEMENT = SHAPE.check(({ value, issues }) => {
  const wrong = (path: (string | number)[], message: string) => void issues.push({ code: 'custom', path, message, input: undefined });
  const { goods: sum, freight, insurance, tax, discount, total } = value.amounts;
  if (value.goods.reduce((all, line) => all + five(line.total), 0) !== five(sum)) wrong(['amounts', 'goods'], 'expected the sum of the lines’ totals; given: another amount');
  if (five(sum) + five(freight) + five(insurance) + five(tax) - five(discount) !== five(total)) wrong(['amounts', 'total'], 'expected goods + freight + insurance + tax − discount; given: another amount');
  value.signatures.forEach(({ party: place }, i) => {
    if (place >= value.parties.length) wrong(['signatures', i, 'party'], `expected the place of one of ${value.parties.length} parties, from 0; given: ${place}`);
  });
  if (agreementHash(value) !== value.hash) wrong(['hash'], 'expected the SHA-256 of this contract without hash and signatures; given: another. The content was changed after it was hashed, or its JSON was not canonical');
}).meta({ title: 'Electronic contract', 'x-title-zh': '电子合同' });

const CONTENT = {
  standard: 'electronic-contract' as const, contractNo: 'SIM-C-2026-001', revision: 1, concludedOn: '2026-08-01',
  parties: [
    { role: 'seller' as const, name: '模拟商户杭州001', country: 'CHN', creditCode: '91999999MA0000001N' },
    { role: 'buyer' as const, name: 'Simulated Trading Ltd', country: 'GBR', foreignId: 'SIM-0001' },
  ],
  goods: [{ line: 1, name: '陶瓷杯', hs: '6912', origin: 'CHN', quantity: '100', unit: '007', price: '12.5', total: '1250' }],
  terms: { tradeTerm: 'FOB' as const, place: '宁波', mode: '9710', payment: '30% in advance, the rest on shipment' },
  amounts: { currency: 'CNY', goods: '1250', freight: '0', insurance: '0', tax: '0', discount: '50', total: '1200' },
};
export const AGREEMENT_EXAMPLE: Agreement = { ...CONTENT, hash: agreementHash(CONTENT), signatures: [] };
