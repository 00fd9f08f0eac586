/** Why intake or screening refuses a record. Codes are stable: senders, rules (K2) and dead letters depend on them. */
import type { Bilingual } from './risk/alert.ts';

export const REASONS = {
  UNREADABLE_JSON: { en: 'The body is not JSON.', zh: '报文不是合法的 JSON。' },
  UNREADABLE_XML: { en: 'The body is not well-formed XML.', zh: '报文不是格式正确的 XML。' },
  XML_FORBIDDEN: { en: 'The XML holds a DOCTYPE or an entity of its own, which are never read.', zh: 'XML 含有 DOCTYPE 或自定义实体，一律拒收。' },
  TOO_DEEP: { en: 'The message is nested deeper than any customs message.', zh: '报文嵌套层数超限。' },
  TOO_LARGE: { en: 'The message has more bytes, elements or attributes than the limit.', zh: '报文的字节、元素或属性数量超限。' },
  EMPTY_MESSAGE: { en: 'The message holds no document.', zh: '报文中没有单证。' },
  BAD_ENVELOPE: { en: 'The DXP envelope does not hold one message in base64.', zh: 'DXP 信封中没有唯一的 base64 报文。' },
  UNKNOWN_TYPE: { en: 'The type of the document is not known.', zh: '单证类型未知。' },
  FIELD_MISSING: { en: 'A required field is missing or empty.', zh: '必填字段缺失或为空。' },
  FIELD_TYPE: { en: 'A field has the wrong type or form.', zh: '字段类型或格式错误。' },
  FIELD_TOO_LONG: { en: 'A field is longer than its contract allows.', zh: '字段超过规定长度。' },
  NEGATIVE_AMOUNT: { en: 'An amount, weight or quantity is below zero.', zh: '金额、重量或数量为负数。' },
  AMOUNT_TOO_LARGE: { en: 'An amount is too large to be summed exactly (limit 90,071,992,547).', zh: '金额过大，无法精确计算（上限 90,071,992,547）。' },
  MONEY_PRECISION: { en: 'An amount has more than five decimals.', zh: '金额小数位超过五位。' },
  BAD_TIME: { en: 'A time is no date of the calendar in YYYYMMDDhhmmss.', zh: '时间不是有效的 YYYYMMDDhhmmss。' },
  TIME_IMPLAUSIBLE: { en: 'The event time is more than 5 minutes ahead, or before 2014-01-01 Beijing time.', zh: '事件时间超前 5 分钟以上，或早于北京时间 2014-01-01。' },
  BAD_APP_TYPE: { en: 'appType is not 1 (new), 2 (change) or 3 (delete).', zh: 'appType 不是 1（新增）、2（变更）或 3（删除）。' },
  SIGNATURE_INVALID: { en: 'The message carries no valid signature by a trusted certificate, which this gateway requires.', zh: '报文没有受信任证书的有效签名，而本网关要求验签。' },
  REFERENCE_NOT_ALLOWED: { en: 'Reference records (baseline) are taken only from the simulator, a backfill or an administrator.', zh: '参考数据（baseline）仅接受模拟器、历史回填或管理员提交。' },
  KIND_RESERVED: { en: 'Observations of this kind (consumer-lag) are what the system tells of itself: taken only from the simulator or an administrator.', zh: '此类观测（consumer-lag）由系统自身报告，仅接受模拟器或管理员提交。' },
  INTERNAL: { en: 'Intake failed on this record through a fault of its own; the record is kept for replay.', zh: '接收程序自身故障，记录已保留，可重新提交。' },
  GUID_REUSED: { en: 'The same guid came before with other content.', zh: '同一 guid 已用于不同内容。' },
  DOSSIER_CLOSED: { en: 'The order is closed; only receipts are taken.', zh: '订单档案已关闭，仅接受回执。' },
} as const satisfies Record<string, Bilingual>;

export type Reason = keyof typeof REASONS;

/** What is wrong with one record: never holds a value of it, only lengths and character classes (law 6). */
export interface Problem { code: Reason; path: string; message: string }

/** Length and character class: all that errors and logs may tell of a value. */
export function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'boolean') return 'true or false';
  const text = String(value);
  const classes = [[/\d/, 'digits'], [/[a-z]/i, 'Latin letters'], [/\p{Script=Han}/u, 'Han characters'], [/\s/, 'spaces'], [/[^\p{L}\p{N}\s]/u, 'signs']] as const;
  const found = classes.filter(([pattern]) => pattern.test(text.slice(0, 1000))).map(([, name]) => name);
  return text === '' ? 'empty text' : `${typeof value === 'number' ? 'a number' : 'text'} of ${text.length} characters (${found.join(', ') || 'other characters'})`;
}

/** A name that a sender chose may be anything, a person's too: it is repeated only where it looks like a field's. */
export const safeName = (name: string): string => (/^[A-Za-z_][\w.-]{0,39}$/.test(name) ? name : `(a name of ${name.length} characters)`);
