/** What a sender does about each refusal, and a problem taken apart for people: what was expected, what was given (its shape only), what to do. */
import { type Problem, REASONS, type Reason } from './reasons.ts';
import type { Bilingual } from './risk/alert.ts';

export const FIXES: Readonly<Record<Reason, Bilingual>> = {
  UNREADABLE_JSON: { en: 'Write the body with a JSON library, as UTF-8, and send it whole.', zh: '请用 JSON 库生成报文，使用 UTF-8 编码并完整发送。' },
  UNREADABLE_XML: { en: 'Write the message with an XML library: closed tags, & as &amp;, the encoding that the first line names.', zh: '请用 XML 库生成报文：标签闭合，& 写作 &amp;，编码与首行声明一致。' },
  XML_FORBIDDEN: { en: 'Leave out DOCTYPE and entities of your own.', zh: '请去掉 DOCTYPE 和自定义实体。' },
  TOO_DEEP: { en: 'Send the fields where the contract has them, without further nesting.', zh: '请按规范层级填写字段，不要额外嵌套。' },
  TOO_LARGE: { en: 'Split the message: several documents can go in several messages.', zh: '请拆分报文，将多份单证分开发送。' },
  EMPTY_MESSAGE: { en: 'Put at least one document into the message.', zh: '报文中至少应有一份单证。' },
  BAD_ENVELOPE: { en: 'Put the bytes of one CEB message into Data, in base64; no envelope in an envelope.', zh: '请将一份 CEB 报文以 base64 放入 Data，信封不得嵌套。' },
  UNKNOWN_TYPE: { en: 'Name the type as the catalogue does, e.g. "type": "order" or CEB311Message.', zh: '请按目录填写类型，例如 "type": "order" 或 CEB311Message。' },
  FIELD_MISSING: { en: 'Fill in this field.', zh: '请填写该字段。' },
  FIELD_TYPE: { en: 'Send the field in the form that is expected.', zh: '请按要求的类型和格式填写该字段。' },
  FIELD_TOO_LONG: { en: 'Shorten the value to what is allowed; check that fields have not been mixed up.', zh: '请将值缩短至规定长度，并检查字段是否错位。' },
  NEGATIVE_AMOUNT: { en: 'Send amounts, weights and quantities as numbers of at least 0; a deduction goes into discount.', zh: '金额、重量、数量不得为负；优惠请填入 discount。' },
  AMOUNT_TOO_LARGE: { en: 'Check the unit: amounts are in yuan, weights in kilograms.', zh: '请检查单位：金额为元，重量为千克。' },
  MONEY_PRECISION: { en: 'Round the amount to at most five decimals before sending.', zh: '请先将金额四舍五入至最多五位小数。' },
  BAD_TIME: { en: 'Send Beijing time as YYYYMMDDhhmmss.', zh: '请按 YYYYMMDDhhmmss 填写北京时间。' },
  TIME_IMPLAUSIBLE: { en: 'Set the clock of the sending system, and send Beijing time.', zh: '请校准发送系统的时钟，并使用北京时间。' },
  BAD_APP_TYPE: { en: 'Send 1 for a new document, 2 for a change, 3 to delete it.', zh: '新增填 1，变更填 2，删除填 3。' },
  SIGNATURE_INVALID: { en: 'Sign the finished message with your card, change nothing afterwards, bring its certificate along, and have it or its authority\'s entered here.', zh: '请在报文定稿后用证书卡签名并附上证书，签名后不得改动，并请管理员登记该证书或其签发机构证书。' },
  REFERENCE_NOT_ALLOWED: { en: 'Send trade documents only, or use an administrator key.', zh: '请仅发送贸易单证，或使用管理员密钥。' },
  KIND_RESERVED: { en: 'Leave these records out: the system measures its lag itself. For a drill, use an administrator key.', zh: '请勿提交：积压由系统自行测量；演练时请使用管理员密钥。' },
  INTERNAL: { en: 'Nothing is wrong with the document: tell the operator of Fenghuo.', zh: '单证本身没有问题，请联系烽火系统运维人员。' },
  GUID_REUSED: { en: 'Give a changed document a guid of its own.', zh: '内容变更的单证请使用新的 guid。' },
  DOSSIER_CLOSED: { en: 'The order has been settled: talk to the officer in charge.', zh: '订单已结案，请联系主管关员。' },
};

export interface Fault extends Problem {
  expected: string;
  /** Length and kind of characters only. */
  given: string;
  what: Bilingual;
  fix: Bilingual;
}

export function faultOf(problem: Problem): Fault {
  const said = problem.path !== '' && problem.message.startsWith(`${problem.path}: `) ? problem.message.slice(problem.path.length + 2) : problem.message;
  const parts = /^expected (.*?)(?:; given: (.*))?$/s.exec(said);
  const { en, zh } = REASONS[problem.code];
  return { ...problem, expected: parts?.[1] ?? '', given: parts?.[2] ?? '', what: { en, zh }, fix: FIXES[problem.code] };
}
