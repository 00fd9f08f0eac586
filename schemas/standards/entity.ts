/** Transaction entity: one line of the register of parties. A published format of this project; who registers whom is the register's business. */
import { z } from 'zod';
import { bothWords } from './words.ts';

/** Digits and capitals of GB 32100-2015: no I, O, S, V, Z. */
const DIGITS = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Check digit of a unified social credit code (GB 32100-2015): weights 3^i mod 31 over the first 17 digits. */
export function isCreditCode(code: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(code)) return false;
  let sum = 0;
  let weight = 1;
  for (let i = 0; i < 17; i++) {
    sum += DIGITS.indexOf(code.charAt(i)) * weight;
    weight = weight * 3 % 31;
  }
  return DIGITS.charAt((31 - sum % 31) % 31) === code.charAt(17);
}

export const creditCode = z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, { abort: true })
  .refine(isCreditCode, { message: 'expected a credit code whose last character is the check digit of GB 32100-2015; given: another last character' });
export const day = z.string().regex(/^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
/** ISO 3166 alpha-3. */
export const country = z.string().regex(/^[A-Z]{3}$/);

export const ROLES = ['platform', 'seller', 'payment', 'carrier', 'agent', 'guarantor', 'warehouse', 'site-operator', 'producer'] as const;

export const ENTITY = z.object({
  standard: z.literal('transaction-entity').meta(bothWords('Format', '格式', 'Always transaction-entity.', '固定为 transaction-entity。')),
  creditCode: creditCode.meta(bothWords('Credit code', '统一社会信用代码', 'Unified social credit code, by which the register knows the firm.', '登记主体的统一社会信用代码，为登记主键。')),
  customsCode: z.string().regex(/^[0-9A-Z]{10}$/).optional().meta(bothWords('Customs code', '海关编码', 'Ten-character customs registration, where the firm has one.', '海关登记编码（十位），如有。')),
  name: z.string().trim().min(1).max(100).meta(bothWords('Name', '名称', 'Registered name in Chinese.', '登记的中文名称。')),
  nameEn: z.string().trim().max(200).optional().meta(bothWords('English name', '英文名称', 'Name used abroad.', '对外使用的英文名称。')),
  roles: z.array(z.enum(ROLES)).min(1).meta(bothWords('Roles', '角色', 'What the firm does in cross-border trade.', '主体在跨境电商中的角色。')),
  zone: z.string().regex(/^\d{4}(\d{2})?$/).meta(bothWords('Zone', '综试区', 'Division code (GB/T 2260) of the test zone in which it is registered.', '登记所在综试区的行政区划代码（GB/T 2260）。')),
  country: country.default('CHN').meta(bothWords('Country', '国家（地区）', 'Country of registration, ISO 3166 alpha-3.', '登记国家（地区），ISO 3166 三位字母代码。')),
  validFrom: day.meta(bothWords('Valid from', '有效期起', 'First day of the registration.', '登记生效日期。')),
  validTo: day.optional().meta(bothWords('Valid to', '有效期止', 'Last day of the registration; left out while it is open.', '登记失效日期，未失效则不填。')),
  registrar: z.string().max(100).optional().meta(bothWords('Registrar', '登记机关', 'Who keeps this entry.', '登记机关。')),
}).refine(({ validFrom, validTo }) => validTo === undefined || validFrom <= validTo, { path: ['validTo'], message: 'expected a day at or after validFrom; given: an earlier one' })
  .meta({ title: 'Transaction entity', 'x-title-zh': '交易主体' });
export type Entity = z.output<typeof ENTITY>;

export const ENTITY_EXAMPLE: z.input<typeof ENTITY> = {
  standard: 'transaction-entity', creditCode: '91999999MA0000001N', customsCode: '3301SIM001', name: '模拟商户杭州001', nameEn: 'Simulated Seller Hangzhou 001', roles: ['seller', 'producer'], zone: '3301',
  country: 'CHN', validFrom: '2026-01-01',
};
