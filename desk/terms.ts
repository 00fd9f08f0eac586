/** The words of the trade, in English and Chinese: grades, categories, match codes, fields, areas. */
import { b, type Bilingual } from './bilingual.ts';

export const GRADE: Record<string, Bilingual & { letter: Bilingual }> = {
  blue: { ...b('Blue', '蓝色'), letter: b('B', '蓝') },
  yellow: { ...b('Yellow', '黄色'), letter: b('Y', '黄') },
  orange: { ...b('Orange', '橙色'), letter: b('O', '橙') },
  red: { ...b('Red', '红色'), letter: b('R', '红') },
};
export const CATEGORY: Record<string, Bilingual> = {
  market: b('Market', '市场'),
  transaction: b('Transaction', '交易'),
  financial: b('Financial', '金融'),
  technical: b('Technical', '技术'),
  'public-security': b('Public security', '公共安全'),
};
/** Where five stand side by side. */
export const CATEGORY_SHORT: Record<string, Bilingual> = {
  market: b('Mkt', '市场'),
  transaction: b('Trade', '交易'),
  financial: b('Fin', '金融'),
  technical: b('Tech', '技术'),
  'public-security': b('Sec', '公安'),
};
export const CHANGE: Record<string, Bilingual> = {
  raised: b('raised', '新增'),
  updated: b('updated', '更新'),
  escalated: b('escalated', '升级'),
  eased: b('eased', '降级'),
  withdrawn: b('withdrawn', '解除'),
};
export const VERDICT: Record<string, Bilingual> = { confirmed: b('Confirmed', '属实'), false: b('False alarm', '误报'), unclear: b('Unclear', '存疑') };
export const ROLE: Record<string, Bilingual> = {
  read: b('reader', '查阅'), officer: b('officer', '核查员'), author: b('author', '规则起草人'), approver: b('approver', '审批人'), admin: b('administrator', '管理员'),
};
export const RULE_STATUS: Record<string, Bilingual> = { draft: b('draft', '草稿'), shadow: b('shadow', '试运行'), live: b('live', '生效'), retired: b('retired', '停用') };
export const PARAMETER_SOURCE: Record<string, Bilingual> = { law: b('law or notice', '法规公告'), practice: b('practice of the trade', '行业惯例'), own: b('proposal of this system', '本系统建议值') };
export const DECISION: Record<string, Bilingual> = {
  open: b('waiting', '待审批'), approved: b('approved', '已批准'), rejected: b('declined', '已否决'), 'in force': b('in force', '生效中'), lifted: b('lifted', '已解除'), ended: b('ended', '已结束'),
};
/** What `rules check` names its findings. */
export const CHECK: Record<string, Bilingual> = {
  yaml: b('yaml', 'YAML 无法读取'), 'unknown-key': b('unknown-key', '未知键'), 'missing-key': b('missing-key', '缺少键'), 'wrong-type': b('wrong-type', '类型不符'), 'unknown-file': b('unknown-file', '文件位置不符'), 'rule-id': b('rule-id', '规则编号不符'),
  'duplicate-id': b('duplicate-id', '编号重复'), indicator: b('indicator', '指标代码不符'), status: b('status', '状态不符'), language: b('language', '缺少中文或英文'), subject: b('subject', '对象不存在'), event: b('event', '事件不存在'),
  each: b('each', '表体行用法不符'), feed: b('feed', '数据源不存在'), 'feature-name': b('feature-name', '特征命名不符'), 'feature-kind': b('feature-kind', '特征类型不符'), cycle: b('cycle', '公式循环引用'), window: b('window', '窗口不符'),
  expression: b('expression', '表达式无法解析'), 'unknown-field': b('unknown-field', '字段不存在'), 'expression-type': b('expression-type', '表达式类型不符'), division: b('division', '禁用除号'), value: b('value', '缺少数值表达式'), support: b('support', '最小样本不符'),
  bands: b('bands', '分级不符'), 'bands-overlap': b('bands-overlap', '分级重叠'), placeholder: b('placeholder', '占位符不符'), examples: b('examples', '样例不符'), 'no-example': b('no-example', '缺少样例'), parameter: b('parameter', '参数不符'),
  'unit-missing': b('unit-missing', '缺少单位'), 'parameter-missing': b('parameter-missing', '参数未声明'), override: b('override', '覆盖项不符'), 'override-where': b('override-where', '覆盖条件不符'), table: b('table', '参考表不符'), version: b('version', '版本号重复使用'),
  'no-shadow': b('no-shadow', '未经试运行'), 'band-always': b('band-always', '分级恒成立'), 'band-unreachable': b('band-unreachable', '分级不可达'), 'bands-gap': b('bands-gap', '分级有缺口'), 'feature-unused': b('feature-unused', '特征未使用'),
  untranslated: b('untranslated', '未翻译'), 'window-unbounded': b('window-unbounded', '窗口过长'),
};
export const SUBJECT: Record<string, Bilingual> = {
  buyer: b('Buyer', '买家'),
  payer: b('Payer', '支付人'),
  payment: b('Payment', '支付'),
  phone: b('Phone', '电话'),
  address: b('Address', '地址'),
  seller: b('Seller', '卖家'),
  platform: b('Platform', '平台'),
  carrier: b('Carrier', '物流企业'),
  product: b('Product', '商品'),
  route: b('Route', '线路'),
  feed: b('Feed', '数据源'),
  operator: b('Operator', '操作员'),
  zone: b('Zone', '综试区'),
  country: b('Country', '国家'),
  hs4: b('HS heading', 'HS品目'),
  device: b('Device', '设备'),
  guarantor: b('Guarantor', '担保企业'),
  vehicle: b('Vehicle', '运输车辆'),
  parcel: b('Parcel', '包裹'),
  agent: b('Declarant', '申报企业'),
  hs6: b('HS6 and origin', 'HS6与原产国'),
  currency: b('Currency', '币种'),
  document: b('Document', '单证'),
  batch: b('Batch', '批次'),
  stage: b('Carrier and stage', '承运人与环节'),
  zoneHs4: b('Zone and HS heading', '综试区与品目'),
};
export const STATE: Record<string, Bilingual> = {
  PENDING: b('Waiting for documents', '待单证'),
  PARTIAL: b('Partly here', '部分到齐'),
  MATCHED: b('Matched', '比对一致'),
  MISMATCHED: b('Mismatched', '比对不符'),
  EXPIRED: b('Expired', '已超期'),
  WITHDRAWN: b('Withdrawn', '已撤销'),
};
export const CODE: Record<string, Bilingual> = {
  MISSING_DOC: b('A document of the order has not come.', '订单缺少单证。'),
  KEY_UNMATCHED: b('A document names no order that is known.', '单证未能关联到已知订单。'),
  AMOUNT_DIFF: b('The amount paid is not the amount of the order.', '支付金额与订单金额不一致。'),
  SUM_DIFF: b('The parts of an amount do not add up.', '金额各分项与合计不符。'),
  TAX_DIFF: b('The tax is not what goods and rates give.', '税款与应计税额不符。'),
  ID_INVALID: b("The buyer's ID number fails its check.", '买家证件号码校验不通过。'),
  BUYER_PAYER_DIFF: b('Buyer and payer are different persons.', '订购人与支付人不一致。'),
  CONSIGNEE_DIFF: b('Order and waybill name different consignees.', '订单与运单的收货人不一致。'),
  GOODS_DIFF: b('Goods or quantities differ between the documents.', '单证间商品或数量不一致。'),
  WEIGHT_DIFF: b('Waybill and declaration state different weights.', '运单与清单重量不一致。'),
  NOT_ON_LIST: b('Goods that the positive list does not allow.', '商品不在正面清单内。'),
  OVER_SINGLE: b('Above the limit of a single transaction.', '超过单次交易限值。'),
  OVER_ANNUAL: b("Above the buyer's annual limit.", '超过个人年度交易限值。'),
  TIME_ORDER: b('The documents came about in an impossible order.', '单证时间先后不合逻辑。'),
  DUPLICATE: b('The same document came more than once.', '单证重复。'),
  PAY_REUSED: b('One payment serves several orders.', '同一支付单用于多个订单。'),
  PARTY_UNREGISTERED: b('A party is not registered.', '企业未备案。'),
  GUARANTEE_SHORT: b('The tax guarantee does not suffice.', '税款担保额度不足。'),
  NO_RAW_PAYMENT: b('The raw payment data were not given.', '未提供支付原始数据。'),
};
export const FIELD: Record<string, Bilingual> = {
  number: b('Number', '单号'),
  time: b('Time', '时间'),
  parties: b('Parties', '企业'),
  amount: b('Amount', '金额'),
  value: b('Goods value', '货值'),
  freight: b('Freight', '运费'),
  tax: b('Tax', '税款'),
  person: b('Person', '人员'),
  id: b('ID number', '证件号码'),
  phone: b('Phone', '电话'),
  consignee: b('Consignee', '收货人'),
  district: b('District', '行政区划'),
  goods: b('Goods', '商品'),
  weight: b('Weight', '重量'),
  mode: b('Mode', '监管方式'),
  status: b('Customs status', '海关回执'),
  origin: b('Origin', '来源'),
};
export const DOCUMENT: Record<string, Bilingual> = {
  orders: b('Order', '订单'),
  payments: b('Payment', '支付单'),
  waybills: b('Waybill', '运单'),
  declarations: b('Declaration', '清单'),
  receipts: b('Receipts', '回执'),
};
/** What a further document is, and what a receipt answers. */
export const KIND: Record<string, Bilingual> = {
  order: b('Order', '订单'),
  payment: b('Payment', '支付单'),
  waybill: b('Waybill', '运单'),
  declaration: b('Declaration', '清单'),
  tracking: b('Waybill status', '运单状态'),
  cancel: b('Cancellation', '撤销单'),
  return: b('Return', '退货单'),
  'warehouse-entry': b('Warehouse entry', '入库明细单'),
  arrival: b('Arrival', '运抵单'),
  departure: b('Departure', '离境单'),
  consolidation: b('List of lists', '清单总分单'),
  summary: b('Summary application', '汇总申请单'),
  'summary-result': b('Summary result', '汇总结果单'),
  message: b('Message in error', '错误报文'),
  'tax-bill': b('Tax bill', '电子税单'),
  'tax-status': b('Tax bill, new status', '税单状态'),
  'raw-payment': b('Raw payment data', '支付原始数据'),
  reading: b('Device reading', '设备读数'),
  observation: b('Observation', '外部观测'),
};
export const TAX_STATUS: Record<string, Bilingual> = { 1: b('generated', '已生成'), 2: b('summarised', '已汇总'), 3: b('void', '作废') };
export const SEAL: Record<string, Bilingual> = { open: b('seal open', '关锁开启'), closed: b('seal closed', '关锁完好') };
export const ID_CHECK: Record<string, Bilingual> = {
  valid: b('valid', '有效'),
  'bad-checksum': b('check digit wrong', '校验位错误'),
  'bad-date': b('impossible date', '日期无效'),
  masked: b('masked', '已脱敏'),
  malformed: b('malformed', '格式错误'),
  'other-type': b('other kind of ID', '其他证件'),
  missing: b('missing', '缺失'),
};
/** Words that a side of a finding may be, instead of a value of the documents. */
export const SIDE: Record<string, Bilingual> = {
  ...ID_CHECK,
  ...Object.fromEntries(['order', 'payment', 'waybill', 'declaration'].map((name) => [name, KIND[name] as Bilingual])),
  nothing: b('nothing', '无'),
  miss: b('not in it', '未列明'),
  excluded: b('excluded', '列为不得进口'),
  lapsed: b('ended', '已失效'),
  platform: b('Platform', '平台'),
  seller: b('Seller', '卖家'),
  carrier: b('Carrier', '物流企业'),
  agent: b('Agent', '申报企业'),
  guarantor: b('Guarantor', '担保企业'),
};
export const RETURN_STATUS: Record<string, Bilingual> = {
  1: b('stored', '已暂存'),
  2: b('declaring', '申报中'),
  3: b('sent', '已发送'),
  4: b('sending failed', '发送失败'),
  100: b('rejected', '退单'),
  120: b('received', '海关入库'),
  300: b('manual review', '人工审核'),
  399: b('adjudicated', '审结'),
  500: b('inspection', '查验'),
  700: b('shipped back', '退运'),
  800: b('released', '放行'),
  899: b('closed', '结关'),
};
export const AREA_ZH: Record<string, string> = {
  Beijing: '北京',
  Tianjin: '天津',
  Hebei: '河北',
  Shanxi: '山西',
  'Inner Mongolia': '内蒙古',
  Liaoning: '辽宁',
  Jilin: '吉林',
  Heilongjiang: '黑龙江',
  Shanghai: '上海',
  Jiangsu: '江苏',
  Zhejiang: '浙江',
  Anhui: '安徽',
  Fujian: '福建',
  Jiangxi: '江西',
  Shandong: '山东',
  Henan: '河南',
  Hubei: '湖北',
  Hunan: '湖南',
  Guangdong: '广东',
  Guangxi: '广西',
  Hainan: '海南',
  Chongqing: '重庆',
  Sichuan: '四川',
  Guizhou: '贵州',
  Yunnan: '云南',
  Tibet: '西藏',
  Shaanxi: '陕西',
  Gansu: '甘肃',
  Qinghai: '青海',
  Ningxia: '宁夏',
  Xinjiang: '新疆',
};

/** Columns of the reference tables. */
export const COLUMN: Record<string, Bilingual> = {
  hs_prefix: b('beginning of the code', '编码前缀'), status: b('status', '状态'), note: b('note', '备注'), hs10: b('commodity code', '商品编码'), country: b('country', '国家'), price_cny: b('price, CNY', '价格（元）'), unit: b('unit', '计量单位'),
  source: b('source', '来源'), score: b('score', '分值'), country_iso3: b('country', '国家'), level: b('level', '级别'), vat: b('VAT', '增值税率'), consumption: b('consumption tax', '消费税率'), duty: b('duty', '关税率'),
  guarantor: b('guarantor', '担保企业'), guarantee_no: b('guarantee', '保函编号'), amount_cny: b('amount, CNY', '金额（元）'), currency: b('currency', '币种'), cny_per_unit: b('CNY a unit', '每单位人民币'), code: b('code', '代码'), name: b('name', '名称'),
  role: b('role', '角色'), word: b('word', '词语'), category: b('category', '类别'), case_id: b('case', '通报编号'), product: b('product', '产品'), brand: b('brand', '品牌'), model: b('model', '型号'), gtin: b('GTIN', '条码'), batch: b('batch', '批次'),
  risk_type: b('kind of risk', '风险类型'), risk_level: b('risk', '风险等级'), danger: b('danger', '危害'), measures: b('measures', '措施'), notifier: b('notified by', '通报方'), origin: b('origin', '原产国'), url: b('address', '网址'),
  hs4: b('heading', '品目'), name_en: b('English name', '英文名称'), name_zh: b('Chinese name', '中文名称'), zone_en: b('zone', '综试区（英文）'), zone_zh: b('zone, Chinese', '综试区'), area_en: b('area', '地区（英文）'), area_zh: b('area, Chinese', '地区'),
  zones: b('zones', '综试区数'), echelon: b('echelon', '梯队'), division_code: b('division', '行政区划代码'), prefix: b('beginning of the code', '代码前缀'), customs_code: b('customs’ code', '海关代码'), iso_alpha3: b('ISO 3166', 'ISO 3166'),
  site_code: b('site', '场所代码'), lat: b('latitude', '纬度'), lon: b('longitude', '经度'), radius_km: b('radius, km', '半径（公里）'),
  iso_4217: b('ISO 4217', 'ISO 4217'), valid_from: b('valid from', '有效期起'), valid_to: b('valid to', '有效期止'),
};
