/**
 * What findings of the match say, in English and Chinese: the one home of these texts. A finding carries both, so that every reader (table, desk, command line, Kafka) shows its own
 * language without a table of ours. Placeholders are typed: the compiler refuses one that is not filled.
 */
import type { Bilingual } from './alert.ts';
import type { MatchCode, MatchFinding } from './fact.ts';

const b = <E extends string, Z extends string>(en: E, zh: Z): { en: E; zh: Z } => ({ en, zh });

export const DETAILS = {
  twice: b('a second new {document} under another guid; a change must say appType 2', '同一{document}以另一 guid 再次新增申报；变更应填 appType 2'),
  missingAtDeadline: b('still missing when the deadline passed: {missing}', '截止时仍缺少：{missing}'),
  missingAtNotice: b('not here yet at the first notice: {missing}', '首次提示时尚缺：{missing}'),
  unlinked: b('no declaration named this document within the deadline', '期限内没有清单引用该单证'),
  sellerOfWaybill: b('seller of order and waybill', '订单与运单的卖方不一致'),
  waybillOfOther: b('the waybill names another order', '运单所填订单号为另一订单'),
  rawOfOther: b('payment against the original payment data: another pay code or transaction', '支付单与支付原始数据的支付企业或交易流水号不一致'),
  rawPlatform: b('platform of the payment against the original payment data', '支付单与支付原始数据的电商平台不一致'),
  notInYuan: b('the order is not in CNY (142)', '订单币制不是人民币（142）'),
  paid: b('acturalPaid of the order against amountPaid', '订单实际支付金额（acturalPaid）与支付金额（amountPaid）不一致'),
  paidCurrency: b('currencies of order and payment', '订单与支付单的币制不一致'),
  paidRaw: b('amountPaid against the original payment data', '支付金额（amountPaid）与支付原始数据不一致'),
  paidAboveRaw: b('amountPaid above the total of the original payment data ({orders} orders)', '支付金额（amountPaid）超过支付原始数据的总额（共 {orders} 个订单）'),
  declaredValue: b('goodsValue of the order against the declared total', '订单商品价格（goodsValue）与清单申报总价不一致'),
  parts: b('goodsValue + freight + taxTotal − discount against acturalPaid', '商品价格 + 运杂费 + 代扣税款 − 非现金抵扣（goodsValue + freight + taxTotal − discount）与实际支付金额（acturalPaid）不一致'),
  lines: b('sum of the lines against goodsValue', '各商品项总价之和与商品价格（goodsValue）不一致'),
  taxAgainstBill: b('taxTotal of the order against customs\' tax bill', '订单代扣税款（taxTotal）与海关电子税单不一致'),
  taxAgainstRates: b('taxTotal of the order against the tax due by the rates', '订单代扣税款（taxTotal）与按税率应征税款不一致'),
  billAgainstRates: b('customs\' tax bill against the tax due by the rates', '海关电子税单与按税率应征税款不一致'),
  billLine: b('line {line} of customs\' tax bill against the tax due by the rates', '海关电子税单第 {line} 项与按税率应征税款不一致'),
  noRate: b('no tax rate for this commodity code', '该商品编码没有税率，未核对'),
  identityNumber: b('identity number of the buyer: {check}', '订购人证件号码：{check}'),
  personDiffers: b('{whose}: {parts} differ', '{whose}的{parts}不一致'),
  addressDiffers: b('{whose}: similarity {alike}, below {limit}', '{whose}：相似度 {alike}，低于 {limit}'),
  pieces: b('pieces ordered against pieces declared', '订购数量与申报数量不一致'),
  strayBarcode: b('a declared barcode that was not ordered', '清单条码不在订单商品之中'),
  grossBelowNet: b('gross weight below net weight', '毛重小于净重'),
  weights: b('waybill weight against declared gross weight', '运单毛重与清单申报毛重不一致'),
  excluded: b('commodity code against {version}: listed as excluded', '商品编码在 {version} 中列为不得进口'),
  notListed: b('commodity code against {version}: not in it', '商品编码不在 {version} 之内'),
  listUnknown: b('{version}: a code that is not in it proves nothing', '{version} 不完整，未列明的商品编码不作判断'),
  indivisible: b('one indivisible item: allowed with full taxes', '单件不可分割商品：可按全额征税进口'),
  overSingle: b('above the single-transaction limit', '超过单次交易限值'),
  lapsed: b('the registration does not cover that day ({version})', '企业登记在该日无效（{version}）'),
  unregistered: b('not in the register ({version})', '企业不在登记名录内（{version}）'),
  laterThanDeclaration: b('the {document} is later than the declaration', '{document}时间晚于清单申报时间'),
  lateReturn: b('the return was applied for later after release than allowed', '退货申请距放行的天数超过规定期限'),
  guaranteeUnknown: b('the table of guarantees here is not complete', '本系统担保名录不完整，未核对'),
  noGuarantee: b('no guarantee of this guarantor', '没有该担保企业的担保'),
  guaranteeEnded: b('the guarantee has ended', '担保已到期'),
  guaranteeShort: b('tax against the guarantee of {guarantor}', '应征税款超过担保企业 {guarantor} 的担保额度'),
  noRaw: b('the original payment data did not come in time', '支付原始数据未按期提供'),
} as const satisfies Record<string, Bilingual>;

/** What a placeholder is filled with where it is a word. Documents under their names in the contracts. */
export const WORDS = {
  order: b('order', '订单'), payment: b('payment', '支付单'), waybill: b('waybill', '运单'), declaration: b('declaration', '清单'), receipt: b('receipt', '回执'), reversal: b('cancel or return', '撤销或退货单'),
  'tax-bill': b('tax bill', '电子税单'), 'raw-payment': b('original payment data', '支付原始数据'),
  name: b('name', '姓名'), number: b('identity number', '证件号码'), phone: b('phone', '电话'),
  buyerAndPayer: b('buyer against payer', '订购人与支付人'), buyerOfDeclaration: b('buyer of the order against buyer of the declaration', '订单与清单的订购人'), consignees: b('consignee of order and waybill', '订单与运单的收货人'),
  addressOfWaybill: b('address of order and waybill', '订单与运单的收货地址'), addressOfDeclaration: b('address of order and declaration', '订单与清单的收货地址'),
  'bad-checksum': b('the check digit is wrong', '校验位错误'), 'bad-date': b('the date of birth is impossible', '出生日期无效'), masked: b('masked', '已脱敏，无法校验'), malformed: b('malformed', '格式错误'), missing: b('missing', '缺失'),
} as const satisfies Record<string, Bilingual>;

/** The word where there is one, else the thing itself: a type of document, a verdict. */
export const wordOf = (name: string): Bilingual => (WORDS as Record<string, Bilingual>)[name] ?? { en: name, zh: name };
export const wordsOf = (names: readonly string[]): Bilingual => ({ en: names.map((n) => wordOf(n).en).join(' and '), zh: names.map((n) => wordOf(n).zh).join('、') });

export type DetailName = keyof typeof DETAILS;
type Holes<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type Values<N extends DetailName> = Record<Holes<(typeof DETAILS)[N]['en'] | (typeof DETAILS)[N]['zh']>, string | number | Bilingual>;

export function detail<N extends DetailName>(name: N, ...values: [Holes<(typeof DETAILS)[N]['en' | 'zh']>] extends [never] ? [] : [Values<N>]): Bilingual {
  const [given] = values;
  return given === undefined ? DETAILS[name] : { en: fill(DETAILS[name].en, given, 'en'), zh: fill(DETAILS[name].zh, given, 'zh') };
}

const fill = (text: string, values: Readonly<Record<string, string | number | Bilingual>>, tongue: keyof Bilingual): string => text.replace(/\{(\w+)\}/g, (_hole, name: string) => {
  const value = values[name] as string | number | Bilingual;
  return typeof value === 'object' ? value[tongue] : String(value);
});

export const findingOf = (code: MatchCode, outcome: MatchFinding['outcome'], left: string, right: string, { en, zh }: Bilingual): MatchFinding => ({ code, outcome, left, right, detail: en, detailZh: zh });
