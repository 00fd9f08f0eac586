/**
 * What every field of the customs messages means, under customs' own name: for standards, the validator and whoever reads a message. `items.NAME` is a field of a
 * line where it means something else than the head's field of that name. Examples are synthetic, and each contract takes them.
 */
import type { Bilingual } from '../risk/alert.ts';

export interface Meaning {
  label: Bilingual;
  meaning: Bilingual;
  /** '' where the field has none. */
  unit: string;
  /** Name of its code list (seeds/codes), or ''. */
  codes: string;
  /** `may`: a free text, in which senders write persons too. */
  personal: 'no' | 'yes' | 'may';
  source: keyof typeof SOURCES;
  example: string;
}

export const SOURCES = {
  gac: { en: 'customs’ CEB message specification (GAC notices 2018 No. 56 and, revised 2018-09-04, No. 113)', zh: '海关总署公告2018年第56号及第113号（2018年9月4日修订）企业接入报文规范' },
  pull: { en: 'real-time payment data (GAC notices 2018 No. 165 and 179, in force from 2019-01-01)', zh: '海关总署公告2018年第165、179号支付相关原始数据（2019年1月1日起施行）' },
  own: { en: 'own to this project', zh: '本项目自定' },
} as const satisfies Record<string, Bilingual>;

type More = Partial<Omit<Meaning, 'label' | 'meaning'>>;
const field = (example: string, en: string, zh: string, meansEn: string, meansZh: string, more: More = {}): Meaning =>
  ({ label: { en, zh }, meaning: { en: meansEn, zh: meansZh }, unit: '', codes: '', personal: 'no', source: 'gac', example, ...more });
/** A natural person's data. */
const person = (...[example, en, zh, meansEn, meansZh, more]: Parameters<typeof field>): Meaning => field(example, en, zh, meansEn, meansZh, { personal: 'yes', ...more });
const money = (...[example, en, zh, meansEn, meansZh, more]: Parameters<typeof field>): Meaning => field(example, en, zh, meansEn, meansZh, { unit: 'CNY', ...more });
const PERSONAL_TEXT: More = { personal: 'may' };
const TIME: More = { unit: 'Beijing time' };
const OWN: More = { source: 'own' };
const PULL: More = { source: 'pull' };

export const DICTIONARY: Readonly<Record<string, Meaning>> = {
  // Envelope of every message
  type: field('order', 'Type', '单证类型', 'Which message a flat document is.', '平面格式单证所属的报文类型。', OWN),
  guid: field('3F2504E0-4F89-41D3-9A0C-0305E82C3301', 'GUID', '报文标识', 'Names this sending of the document; a repeat under the same value counts once.', '本次报送的唯一标识，相同标识的重复报送只计一次。'),
  appType: field('1', 'Action', '报送类型', 'Whether the document is new, changed or deleted.', '单证为新增、变更或删除。', { codes: 'app-types' }),
  appTime: field('20260803101500', 'Submission time', '报送时间', 'When the sender submitted the document, not when the trade took place.', '企业报送单证的时间，而非交易发生时间。', TIME),
  appStatus: field('2', 'Submission state', '业务状态', 'Whether the document is a draft or declared.', '单证为暂存或申报。', { codes: 'app-statuses' }),
  note: field('备注', 'Note', '备注', 'Free remark of the sender.', '企业填写的备注。', PERSONAL_TEXT),
  items: field('', 'Lines', '表体', 'The lines of the document, one for each kind of goods or each parcel.', '单证表体，每项商品或每个包裹一行。'),
  // Order
  orderType: field('I', 'Order type', '订单类型', 'Whether the order is for import or export.', '进口或出口订单。', { codes: 'directions' }),
  orderNo: field('SIM20260803000001', 'Order number', '订单编号', 'Number of the consumer’s order, unique within its platform.', '消费者订单编号，在同一平台内唯一。'),
  ebpCode: field('1200SIP030', 'Platform code', '电商平台代码', 'Customs registration or credit code of the platform on which the order was placed.', '订单所在电商平台的海关登记编号或统一社会信用代码。'),
  ebpName: field('模拟平台', 'Platform name', '电商平台名称', 'Registered name of the platform.', '电商平台的登记名称。'),
  ebcCode: field('3301SIM001', 'Seller code', '电商企业代码', 'Customs registration or credit code of the seller of record.', '电商企业的海关登记编号或统一社会信用代码。'),
  ebcName: field('模拟商户', 'Seller name', '电商企业名称', 'Registered name of the seller of record.', '电商企业的登记名称。'),
  ebcTelephone: field('057100000000', 'Seller telephone', '电商企业电话', 'Telephone of the seller as the sender of the parcel.', '作为寄件人的电商企业电话。'),
  goodsValue: money('199', 'Goods value', '商品价格', 'Actual price of the goods, with what coupons or points pay later (export: free on board).', '商品实际成交价，含非现金抵扣金额（出口为离岸价）。'),
  freight: money('10', 'Freight', '运杂费', 'Freight and other charges that the goods value does not hold, else 0.', '不含在商品价格中的运费及杂费，无则为0。'),
  discount: money('0', 'Non-cash deduction', '非现金抵扣金额', 'What points, vouchers and the like pay, else 0.', '积分、代金券等非现金方式支付的金额，无则为0。'),
  taxTotal: money('18.11', 'Tax withheld', '代扣税款', 'Tax that the seller takes in for customs, else 0.', '企业预先代扣的税款，无则为0。'),
  acturalPaid: money('227.11', 'Amount paid', '实际支付金额', 'Goods value, freight and tax less the deduction (the spelling is the official one).', '商品价格加运杂费加代扣税款减非现金抵扣金额（字段名沿用官方拼写）。'),
  currency: field('142', 'Currency', '币制', 'Currency of the amounts; in import retail always 142 (CNY).', '金额的币制；零售进口限定为142（人民币）。', { codes: 'currencies' }),
  buyerRegNo: person('sim-buyer-1', 'Buyer’s account', '订购人注册号', 'Name of the buyer’s account on the platform.', '订购人在交易平台的注册号。'),
  buyerName: person('测试甲', 'Buyer’s name', '订购人姓名', 'Real name of the buyer.', '订购人的真实姓名。'),
  buyerTelephone: person('12000000000', 'Buyer’s telephone', '订购人电话', 'Telephone at which the buyer can be asked.', '订购人的联系电话。'),
  buyerIdType: field('1', 'Kind of the buyer’s ID', '订购人证件类型', 'Kind of the identity document whose number follows.', '订购人证件的类型。', { codes: 'id-types' }),
  buyerIdNumber: person('998169199306262211', 'Buyer’s ID number', '订购人证件号码', 'Number of the buyer’s identity document, on which the yearly limit counts.', '订购人证件号码，年度交易限值据此累计。'),
  payCode: field('2102SIY001', 'Payment firm code', '支付企业代码', 'Customs registration or credit code of the firm that carried out the payment.', '支付企业的海关登记编号或统一社会信用代码。'),
  payName: field('模拟支付', 'Payment firm name', '支付企业名称', 'Registered name of the payment firm.', '支付企业的登记名称。'),
  payTransactionId: field('SIMP20260803000001', 'Payment number', '支付交易编号', 'Number of the payment, unique within its payment firm.', '支付交易流水号，在同一支付企业内唯一。'),
  batchNumbers: field('B2026-08', 'Batch numbers', '商品批次号', 'Production batches of the goods.', '商品的生产批次号。'),
  consignee: person('测试甲', 'Consignee', '收货人姓名', 'Name of whoever receives the goods; the waybill must name the same.', '收货人姓名，须与运单一致。'),
  consigneeTelephone: person('12000000000', 'Consignee’s telephone', '收货人电话', 'Telephone of the consignee; the waybill must name the same.', '收货人电话，须与运单一致。'),
  consigneeAddress: person('测试市测试路1号', 'Consignee’s address', '收货地址', 'Where the goods go; the waybill must name the same.', '收货地址，须与运单一致。'),
  consigneeDistrict: field('330106', 'Consignee’s district', '收货地址行政区划', 'Six-digit division code (GB/T 2260) of the consignee’s address.', '收货地址的六位行政区划代码（GB/T 2260）。'),
  // Lines of goods
  gnum: field('1', 'Line', '序号', 'Place of the line in its document, from 1.', '表体序号，从1开始。'),
  itemNo: field('SIM-SKU-1', 'Item number', '企业商品货号', 'The seller’s own number of the goods.', '企业自编的商品货号。'),
  itemName: field('婴儿奶粉', 'Item name', '企业商品品名', 'Name under which the seller offers the goods.', '企业销售时使用的商品名称。'),
  itemDescribe: field('罐装奶粉', 'Item description', '企业商品描述', 'The seller’s description of the goods.', '企业对商品的描述。', PERSONAL_TEXT),
  gmodel: field('900克/罐', 'Specification', '商品规格型号', 'Brand, size, material and what else tells these goods from like ones.', '品牌、规格、材质等区别同类商品的要素。'),
  barCode: field('6900000000014', 'Bar code', '条形码', 'Bar code of the retail unit (GTIN), or the character for none where it has none.', '零售包装条形码（GTIN），没有则填“无”。'),
  unit: field('011', 'Unit', '计量单位', 'Unit in which the goods are sold.', '成交计量单位。', { codes: 'units' }),
  qty: field('1', 'Quantity', '数量', 'How many units of sale.', '成交数量。'),
  price: money('199', 'Unit price', '单价', 'Price of one unit; 0 for a gift.', '成交单价，赠品为0。'),
  totalPrice: money('199', 'Line total', '总价', 'Price times quantity.', '单价乘以数量。'),
  'items.currency': field('142', 'Currency', '币制', 'Currency of the line’s prices.', '本项价格的币制。', { codes: 'currencies' }),
  'items.country': field('142', 'Origin', '原产国（地区）', 'Country in which the goods were made.', '商品的原产国（地区）。', { codes: 'countries' }),
  'items.note': field('备注', 'Note on the line', '表体备注', 'Free remark on this line.', '本项的备注。', PERSONAL_TEXT),
  gcode: field('1901101000', 'Commodity code', '商品编码', 'Ten-digit customs code; in simplified export the first four or six digits decide.', '十位海关商品编号；简化申报时以前四位或前六位为准。'),
  gname: field('婴幼儿配方奶粉', 'Goods name', '商品名称', 'Name of the goods as declared.', '申报的商品名称。'),
  tradeCountry: field('142', 'Country of trade', '贸易国', 'Country of the trading partner.', '贸易伙伴所在国（地区）。', { codes: 'countries' }),
  qty1: field('0.9', 'First statutory quantity', '第一法定数量', 'Quantity in the first unit of the tariff.', '按税则第一法定单位计的数量。'),
  unit1: field('035', 'First statutory unit', '第一法定单位', 'First unit of the tariff for this code.', '税则规定的第一法定计量单位。', { codes: 'units' }),
  qty2: field('1', 'Second statutory quantity', '第二法定数量', 'Quantity in the second unit of the tariff, where it has one.', '按税则第二法定单位计的数量（如有）。'),
  unit2: field('011', 'Second statutory unit', '第二法定单位', 'Second unit of the tariff for this code.', '税则规定的第二法定计量单位。', { codes: 'units' }),
  itemRecordNo: field('1', 'Account-book line', '账册备案料号', 'Line of the bonded account book from which the goods leave.', '保税账册中对应的备案料号。'),
  // Payment
  payerIdType: field('1', 'Kind of the payer’s ID', '支付人证件类型', 'Kind of the identity document whose number follows.', '支付人证件的类型。', { codes: 'id-types' }),
  payerIdNumber: person('998169199306262211', 'Payer’s ID number', '支付人证件号码', 'Number of the payer’s identity document.', '支付人的证件号码。'),
  payerName: person('测试甲', 'Payer’s name', '支付人姓名', 'Real name of the payer.', '支付人的真实姓名。'),
  telephone: person('12000000000', 'Payer’s telephone', '支付人电话', 'Telephone of the payer.', '支付人的联系电话。'),
  amountPaid: money('227.11', 'Amount paid', '支付金额', 'What was paid; it equals the order’s amount paid.', '支付金额，应与订单实际支付金额一致。'),
  payTime: field('20260803101500', 'Time of payment', '支付时间', 'When the payment was made.', '支付完成的时间。', TIME),
  payNo: field('SIMR20260803000001', 'Collection number', '收款单号', 'The payment firm’s number of the money received for an export.', '支付企业的出口收款单号。'),
  charge: money('199', 'Amount received', '收款金额', 'What was received for the export, in the currency named.', '按所列币制收到的出口货款。', { unit: '' }),
  accountingDate: field('20260803101500', 'Time of receipt', '到账时间', 'When the money was booked.', '款项入账的时间。', TIME),
  // Waybill and its status
  logisticsCode: field('3702SIC001', 'Carrier code', '物流企业代码', 'Customs registration or credit code of the logistics firm.', '物流企业的海关登记编号或统一社会信用代码。'),
  logisticsName: field('模拟物流', 'Carrier name', '物流企业名称', 'Registered name of the logistics firm.', '物流企业的登记名称。'),
  logisticsNo: field('SIMW20260803000001', 'Waybill number', '物流运单编号', 'Number of the parcel’s waybill, not used again within six months.', '包裹的运单编号，六个月内不重复。'),
  billNo: field('999-20260803', 'Master bill', '提运单号', 'Number of the bill of lading or air waybill under which the parcel travels.', '包裹所属的提单或空运总单号。'),
  insuredFee: money('0', 'Insurance', '保价费', 'Charge for insurance of the goods, else 0.', '商品保险费用，无则为0。'),
  weight: field('1.2', 'Gross weight', '毛重', 'Weight of the parcel with its packing.', '包裹连同包装的重量。', { unit: 'kg' }),
  packNo: field('1', 'Pieces', '件数', 'How many pieces; a parcel is one.', '包裹件数，单个包裹为1。'),
  goodsInfo: field('婴儿奶粉', 'Goods in the parcel', '主要货物信息', 'What the parcel holds, in words.', '包裹所装货物的文字说明。', PERSONAL_TEXT),
  logisticsStatus: field('S', 'Waybill status', '物流签收状态', 'S where the consignee has signed for the parcel.', 'S表示收货人已签收。', { codes: 'logistics-statuses' }),
  logisticsTime: field('20260803101500', 'Time of the status', '物流状态时间', 'When the status came about.', '该状态发生的时间。', TIME),
  // Declaration list
  copNo: field('SIMD20260803000001', 'Enterprise number', '企业内部编号', 'Number that the declaring firm gave the document.', '申报企业自编的单证编号。'),
  preNo: field('B20260803000000001', 'Port number', '预录入编号', 'Number that the electronic port gave the document.', '电子口岸生成的单证编号。'),
  invtNo: field('29002026I000000001', 'List number', '清单编号', 'Customs’ number of the declaration list.', '海关审结的清单编号。'),
  assureCode: field('3302SIG001', 'Guarantor code', '担保企业编号', 'Firm that stands surety for the tax.', '提供税款担保的企业。'),
  emsNo: field('T2900SIM3301', 'Account book', '账册编号', 'Bonded account book from which the goods leave (1210, 1239).', '保税商品所在的账册（1210、1239模式）。'),
  ieFlag: field('I', 'Direction', '进出口标记', 'Import or export.', '进口或出口。', { codes: 'directions' }),
  declTime: field('20260803', 'Declared on', '申报日期', 'Day of the declaration.', '申报日期。', TIME),
  customsCode: field('2900', 'Customs office', '申报地海关代码', 'Office that takes the declaration.', '接受申报的海关。', { codes: 'customs-offices' }),
  portCode: field('2900', 'Port office', '口岸海关代码', 'Office at which the goods cross the border.', '货物实际进出境的口岸海关。', { codes: 'customs-offices' }),
  ieDate: field('20260803', 'Border day', '进出口日期', 'Day on which the goods came in or went out.', '货物进出境日期。', TIME),
  agentCode: field('3301SIA001', 'Declarant code', '申报企业代码', 'Firm that declares: the seller’s agent or the seller.', '办理申报的企业（代理或自理）。'),
  agentName: field('模拟报关', 'Declarant name', '申报企业名称', 'Registered name of the declaring firm.', '申报企业的登记名称。'),
  areaCode: field('3301SIB001', 'Bonded site firm', '区内企业代码', 'Firm inside the bonded area that holds the goods (1210).', '区内仓储企业代码（1210模式）。'),
  areaName: field('模拟仓储', 'Bonded site firm’s name', '区内企业名称', 'Registered name of the firm inside the bonded area.', '区内企业的登记名称。'),
  tradeMode: field('1210', 'Supervision mode', '贸易方式', 'Customs regime under which the goods move.', '货物适用的海关监管方式。', { codes: 'trade-modes' }),
  trafMode: field('4', 'Transport mode', '运输方式', 'Means of transport across the border.', '进出境的运输方式。', { codes: 'transport-modes' }),
  trafNo: field('SIM1234', 'Vehicle', '运输工具编号', 'Number or name of the ship, aircraft, train or lorry.', '船舶、航空器、列车或车辆的编号或名称。'),
  trafName: field('SIM STAR', 'Vehicle name', '运输工具名称', 'Name of the ship, aircraft, train or lorry.', '运输工具的名称。'),
  voyageNo: field('V001', 'Voyage', '航班航次号', 'Number of the voyage or flight.', '航次或航班号。'),
  loctNo: field('290001', 'Supervised site', '监管场所代码', 'Site under customs control at which the goods lie.', '货物所在的海关监管场所。'),
  licenseNo: field('SIM-L-1', 'Licence number', '许可证件编号', 'Number of the licence that the goods need.', '货物所需许可证件的编号。'),
  country: field('142', 'Country of departure', '起运国（地区）', 'Country from which the goods set out (export: to which they go).', '货物起运国（地区），出口为运抵国（地区）。', { codes: 'countries' }),
  wrapType: field('2', 'Packing', '包装种类', 'Kind of the outer packing.', '外包装种类。', { codes: 'wrap-types' }),
  grossWeight: field('1.2', 'Gross weight', '毛重', 'Weight of the goods with their packing.', '货物连同包装的重量。', { unit: 'kg' }),
  netWeight: field('0.9', 'Net weight', '净重', 'Weight of the goods alone; never above the gross weight.', '货物本身的重量，不大于毛重。', { unit: 'kg' }),
  // Export
  statisticsFlag: field('A', 'Kind of declaration', '申报业务类型', 'Whether the list is declared in the simplified way (A: without licence, export duty and refund; the first four digits of the code count) or summed up later (B).', '简化申报（A：不涉许可证、不涉出口关税、不涉出口退税，以商品编码前四位为准）或汇总申报（B）。', { codes: 'statistics-flags' }),
  ownerCode: field('3301SIO001', 'Producer code', '生产销售单位代码', 'Firm that made the goods or sells them for export.', '生产或销售出口货物的单位。'),
  ownerName: field('模拟工厂', 'Producer name', '生产销售单位名称', 'Registered name of the producer.', '生产销售单位的登记名称。'),
  iacCode: field('3301SIB001', 'Bonded warehouse', '区内企业代码', 'Firm inside the bonded area from which the export leaves.', '货物出区的区内仓储企业。'),
  iacName: field('模拟仓储', 'Bonded warehouse name', '区内企业名称', 'Registered name of that firm.', '该区内企业的登记名称。'),
  POD: field('110', 'Port of destination', '指运港', 'Port abroad to which the goods go.', '货物运往境外的目的港。'),
  totalPackageNo: field('SIMB20260803001', 'Big bag', '总包号', 'Number of the bag in which parcels travel together.', '多个包裹集拼的总包编号。'),
  fCurrency: field('142', 'Currency of the freight', '运费币制', 'Currency of the freight.', '运费的币制。', { codes: 'currencies' }),
  fFlag: field('3', 'Kind of the freight', '运费标志', 'Whether the freight is a rate, a price per unit or a total.', '运费为率、单价或总价。', { codes: 'charge-flags' }),
  iCurrency: field('142', 'Currency of the insurance', '保费币制', 'Currency of the insurance.', '保险费的币制。', { codes: 'currencies' }),
  iFlag: field('3', 'Kind of the insurance', '保费标志', 'Whether the insurance is a rate, a price per unit or a total.', '保险费为率、单价或总价。', { codes: 'charge-flags' }),
  // Cancel and return
  reason: field('消费者取消订单', 'Reason', '原因', 'Why the list is cancelled or the goods come back.', '撤销或退货的原因。', PERSONAL_TEXT),
  // Warehouse entry, arrival, departure, list of lists
  operatorCode: field('3301SIW001', 'Site operator code', '监管场所经营人代码', 'Firm that runs the supervised site.', '监管场所经营企业。'),
  operatorName: field('模拟监管场所', 'Site operator name', '监管场所经营人名称', 'Registered name of the site’s operator.', '监管场所经营企业的登记名称。'),
  rkdNo: field('SIMRK2026080301', 'Entry number', '入库单编号', 'Number of the entry into the warehouse.', '入库明细单编号。'),
  unloadLocation: field('A01', 'Place of unloading', '卸货库位', 'Place in the warehouse at which the goods were unloaded.', '货物卸存的库位。'),
  domesticTrafNo: field('浙A00000', 'Domestic vehicle', '境内运输工具编号', 'Vehicle that brings the goods to the site.', '境内运输工具编号。'),
  leaveTime: field('20260803101500', 'Left at', '离境时间', 'When the vehicle left the country.', '运输工具离境时间。', TIME),
  msgCount: field('1', 'Parts', '报文总数', 'How many parts a long list was split into.', '拆分报送的报文总数。'),
  msgSeqNo: field('1', 'Part', '报文序号', 'Which of the parts this is; there may be no gap.', '本报文的序号，须连续无缺。'),
  // Monthly summary
  sumNo: field('SIMS202608', 'Summary number', '汇总申请编号', 'Number of the request to sum up released lists.', '汇总申请单编号。'),
  declAgentCode: field('3301SIA001', 'Summary declarant code', '报关企业代码', 'Firm that will declare the sum.', '汇总后办理报关的企业。'),
  declAgentName: field('模拟报关', 'Summary declarant name', '报关企业名称', 'Registered name of that firm.', '该报关企业的登记名称。'),
  startTime: field('20260801000000', 'From', '汇总起始时间', 'First moment of the lists that are summed up.', '汇总清单的起始时间。', TIME),
  endTime: field('20260831235959', 'To', '汇总截止时间', 'Last moment of the lists that are summed up.', '汇总清单的截止时间。', TIME),
  summaryFlag: field('1', 'Grouping', '汇总标志', 'By what the lists are grouped.', '清单的归并方式。'),
  itemNameFlag: field('1', 'Group by name', '商品名称归并标志', 'Whether goods of one code but other names stay apart.', '同编码不同品名是否分列。'),
  opDate: field('20260803101500', 'Processed at', '处理时间', 'When customs worked on the document.', '海关处理时间。', TIME),
  declSeqNo: field('1', 'Declaration in the summary', '报关单序号', 'Which of the declarations that came of the summary.', '汇总生成的报关单序号。'),
  decTmpNo: field('SIMT1', 'Draft number', '报关单暂存编号', 'Number of the declaration while it was a draft.', '报关单暂存编号。'),
  decPreNo: field('SIMQ1', 'Unified number', '报关单统一编号', 'The single window’s number of the declaration.', '单一窗口的报关单统一编号。'),
  entryId: field('290020260000000001', 'Declaration number', '报关单编号', 'Customs’ number of the declaration that the lists became.', '清单归并形成的报关单编号。'),
  decState: field('R', 'Declaration state', '报关单状态', 'How far the declaration has come.', '报关单的处理状态。'),
  // Tax bill
  taxNo: field('SIMTAX202608030001', 'Tax bill number', '电子税单编号', 'Number of the electronic tax bill.', '电子税单编号。'),
  customsTax: money('0', 'Customs duty', '关税', 'Duty on the goods.', '应征关税。'),
  valueAddedTax: money('18.11', 'Value added tax', '增值税', 'Import value added tax on the goods.', '应征进口环节增值税。'),
  consumptionTax: money('0', 'Consumption tax', '消费税', 'Import consumption tax on the goods.', '应征进口环节消费税。'),
  status: field('1', 'Tax bill status', '税单状态', 'Whether the bill is new, summed up or void.', '税单为已生成、已汇总或已作废。', { codes: 'tax-bill-statuses' }),
  entDutyNo: field('SIMDUTY202608', 'Summary bill', '缴款书编号', 'Number of the summary bill into which the tax bill went.', '税单所归入的汇总缴款书编号。'),
  taxPrice: money('199', 'Dutiable value', '完税价格', 'Value on which the tax of the line was reckoned.', '计征税款的完税价格。'),
  // Receipt
  returnStatus: field('120', 'Answer', '回执状态', 'What customs or the port says of the document; below 0 an error of processing.', '海关或口岸对单证的处理结果，负数为处理异常。', { codes: 'return-statuses' }),
  returnTime: field('20260803101530123', 'Answered at', '回执时间', 'When the answer was given.', '给出回执的时间。', TIME),
  returnInfo: field('[Code:120;Desc:逻辑校验通过]', 'Answer in words', '回执信息', 'What customs adds in words.', '海关附加的文字说明。', PERSONAL_TEXT),
  // Raw payment data
  sessionID: field('SIM-SESSION-1', 'Session', '会话编号', 'Names customs’ request for the payment data.', '海关发起调取请求的会话编号。', PULL),
  initalRequest: field('<request/>', 'Original request', '原始请求', 'What the platform asked of the payment firm, word for word (official spelling).', '平台向支付企业发送的原始请求（字段名沿用官方拼写）。', { ...PULL, personal: 'may' }),
  initalResponse: field('<response/>', 'Original response', '原始响应', 'What the payment firm answered, word for word (official spelling).', '支付企业返回的原始响应（字段名沿用官方拼写）。', { ...PULL, personal: 'may' }),
  totalAmount: money('227.11', 'Total paid', '交易金额', 'Amount of the whole payment, over all its orders.', '整笔支付的金额，含全部订单。', PULL),
  verDept: field('3', 'Clearing body', '验核机构', 'Body that can vouch for the payment.', '可验核该笔支付的机构。', { ...PULL, codes: 'clearing-bodies' }),
  payType: field('1', 'Way of paying', '支付类型', 'How the user paid.', '用户支付的方式。', { ...PULL, codes: 'pay-types' }),
  tradingTime: field('20260803101500', 'Trading time', '交易成功时间', 'When the payment succeeded.', '支付交易成功的时间。', { ...PULL, ...TIME }),
  recpAccount: person('SIM-ACCOUNT-1', 'Recipient’s account', '收款账号', 'Account to which the money went.', '款项收入的账号。', PULL),
  recpCode: field('91330000SIM0000001', 'Recipient code', '收款企业代码', 'Credit code of the firm that received the money.', '收款企业的统一社会信用代码。', PULL),
  recpName: field('模拟商户', 'Recipient name', '收款企业名称', 'Name of the firm that received the money.', '收款企业的名称。', PULL),
  serviceTime: field('20260803101530', 'Sent at', '系统响应时间', 'When the platform answered customs.', '平台向海关作出应答的时间。', { ...PULL, ...TIME }),
  certNo: field('SIM-CERT-1', 'Certificate', '证书编号', 'Number of the certificate that signed the data.', '签名所用证书的编号。', PULL),
  signValue: field('AA==', 'Signature', '签名结果', 'Signature over the data.', '对数据的签名值。', PULL),
  orders: field('1', 'Orders paid', '订单数', 'How many orders the payment is for.', '该笔支付对应的订单数量。', PULL),
  // Answer to a message that could not be read
  oriCopMsgId: field('SIM-MSG-1', 'Message', '原报文编号', 'Id of the message that could not be read.', '无法解析的原报文编号。'),
  oriMessageType: field('CEB311Message', 'Message type', '原报文类型', 'What the message called itself.', '原报文的类型。'),
  oriBizMessage: field('AA==', 'Message as sent', '原报文内容', 'The message itself, word for word.', '原报文全文。', PERSONAL_TEXT),
  // Milestones of a parcel (own)
  code: field('DEPART', 'Milestone', '物流节点', 'What happened to the parcel: our code, an EMSEVT event of the post, or S.', '包裹所处节点：本项目代码、万国邮联 EMSEVT 事件或 S。', { ...OWN, codes: 'milestones' }),
  eventTime: field('20260803101500', 'Happened at', '发生时间', 'When it happened, in the zone that tz names.', '节点发生时间，时区见 tz。', OWN),
  tz: field('+08:00', 'Zone offset', '时区', 'Offset of eventTime from UTC; Beijing time where left out.', '发生时间相对 UTC 的偏移，省略为北京时间。', OWN),
  unlocode: field('CNNGB', 'Place', '地点代码', 'UN/LOCODE of the place.', '地点的联合国代码（UN/LOCODE）。', OWN),
  lat: field('29.87', 'Latitude', '纬度', 'Where it happened, north positive.', '发生地纬度，北纬为正。', { ...OWN, unit: '°' }),
  lon: field('121.55', 'Longitude', '经度', 'Where it happened, east positive.', '发生地经度，东经为正。', { ...OWN, unit: '°' }),
  carrier: field('模拟物流', 'Carrier in charge', '承运人', 'Who carries the parcel on this stretch.', '本段的承运人。', OWN),
  vehicle: field('SIM-TRUCK-1', 'Vehicle', '运输工具', 'Vehicle, flight or ship that carries the parcel.', '承运的车辆、航班或船舶。', OWN),
  sealNo: field('SIM-SEAL-1', 'Seal', '封志号', 'Number of the seal on the container or vehicle.', '集装箱或车辆的封志号。', OWN),
  // Readings of a device (own)
  deviceId: field('SIM-DEVICE-1', 'Device', '设备编号', 'Device that measured.', '测量设备编号。', OWN),
  seq: field('1', 'Sequence', '读数序号', 'Counts the readings of the device; with the device it names the reading.', '设备读数的序号，与设备编号共同标识一次读数。', OWN),
  ts: field('20260803101500', 'Measured at', '测量时间', 'When the device measured.', '测量时间。', OWN),
  speed: field('60', 'Speed', '速度', 'Speed of the vehicle.', '运输工具的速度。', { ...OWN, unit: 'km/h' }),
  tempC: field('4.5', 'Temperature', '温度', 'Temperature at the goods.', '货物处温度。', { ...OWN, unit: '°C' }),
  humidity: field('55', 'Humidity', '湿度', 'Relative humidity at the goods.', '货物处相对湿度。', { ...OWN, unit: '%' }),
  shockG: field('0.2', 'Shock', '冲击', 'Strongest shock since the last reading.', '上次读数以来的最大冲击。', { ...OWN, unit: 'g' }),
  sealState: field('closed', 'Seal state', '封志状态', 'Whether the seal is closed or open.', '封志为闭合或开启。', OWN),
  // Observations from outside (own)
  kind: field('complaint', 'Kind', '类别', 'What was observed; rules ask for it by this word.', '观测类别，规则按此词引用。', OWN),
  subjectType: field('seller', 'Subject type', '主体类型', 'Whom or what it is about.', '观测所涉主体的类型。', OWN),
  subject: field('3301SIS001', 'Subject', '主体', 'The subject itself, written as alerts show it.', '主体本身，写法与预警中相同。', OWN),
  value: field('1', 'Value', '数值', 'How much, in the unit given.', '观测数值，单位见 unit。', OWN),
  'observation.unit': field('CNY', 'Unit', '单位', 'Unit of the value.', '数值的单位。', OWN),
  at: field('20260803101500', 'Observed at', '观测时间', 'When it was so.', '观测所属时间。', OWN),
  source: field('SIM-12315', 'Source', '来源', 'Who observed it.', '观测来源。', OWN),
  number: field('SIM-2026-1', 'Number', '编号', 'The source’s own number of it; what comes later under the same number replaces it.', '来源自有编号，同一编号的后续观测替换先前的。', OWN),
  item: field('USA', 'Item', '分项', 'What it is counted by, where that is no number: a country, a bank.', '非数值的计数依据，如国别、银行。', OWN),
  expected: field('VNM', 'Expected item', '应有分项', 'What the item should have been, where the source knows it.', '来源已知时，分项本应为何。', OWN),
  private: person('SIM-DEVICE-9', 'Private item', '隐私分项', 'A device, an account, a network address: kept as a token only.', '设备、账号、网络地址等，仅以令牌保存。', OWN),
  zone: field('3301', 'Zone', '综试区', 'Zone that it belongs to, by its division code.', '所属综试区的行政区划代码。', OWN),
  battery: field('80', 'Battery', '电量', 'Charge of the device’s battery.', '设备电池电量。', { ...OWN, unit: '%' }),
};

/** What a field means in a message: its own entry there, that of a line's field, or that of its name. `path` has no indices: `items.price`. */
export function meaningOf(type: string, path: string): Meaning | undefined {
  return DICTIONARY[`${type}.${path}`] ?? DICTIONARY[path] ?? DICTIONARY[path.slice(path.lastIndexOf('.') + 1)];
}
