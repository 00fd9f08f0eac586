/** How Chinese and English tables head the columns of each field. The field's own name is always tried too. */
export const GUESSES: Readonly<Record<string, readonly string[]>> = {
  // keys and parties
  orderNo: ['订单编号', '订单号', '订单编码', '主订单编号', '交易订单号', 'Order No', 'Order Number', 'Order ID'],
  ebpCode: ['电商平台代码', '平台代码', '平台编码', '电商平台编码', 'Platform Code'], ebpName: ['电商平台名称', '平台名称', '电商平台', 'Platform Name', 'Platform'],
  ebcCode: ['电商企业代码', '商家代码', '商户编码', '店铺编码', '电商企业编码', 'Seller Code', 'Merchant Code'], ebcName: ['电商企业名称', '商家名称', '商户名称', '店铺名称', 'Seller Name', 'Seller', 'Shop Name'],
  payCode: ['支付企业代码', '支付公司代码', '支付机构代码', 'Payment Company Code'], payName: ['支付企业名称', '支付公司', '支付机构', '支付方式', 'Payment Company'],
  payTransactionId: ['支付交易编号', '支付流水号', '交易流水号', '支付单号', '支付交易号', 'Transaction ID', 'Payment No'],
  logisticsCode: ['物流企业代码', '物流公司代码', '快递公司代码', 'Carrier Code'], logisticsName: ['物流企业名称', '物流公司', '快递公司', '承运商', 'Carrier', 'Carrier Name'],
  logisticsNo: ['物流运单编号', '运单号', '快递单号', '物流单号', '运单编号', 'Waybill No', 'Tracking Number'], billNo: ['提运单号', '总运单号', '主单号', 'Master Bill', 'Bill No'],
  agentCode: ['申报企业代码', '报关企业代码', '代理企业代码', 'Declarant Code'], agentName: ['申报企业名称', '报关企业名称', 'Declarant Name'], areaCode: ['区内企业代码', 'Area Code'], areaName: ['区内企业名称'],
  copNo: ['企业内部编号', '企业内部编码', '内部编号', 'Internal No'], preNo: ['预录入编号', '电子口岸编号'], invtNo: ['清单编号', '海关清单编号', 'List No'], assureCode: ['担保企业编号', '担保企业代码'], emsNo: ['账册编号', '账册号'],
  // money and weight
  goodsValue: ['商品总价', '商品价格', '货款', '商品金额', '商品总金额', '货值', 'Goods Value', 'Subtotal'], freight: ['运费', '运杂费', '邮费', '快递费', 'Freight', 'Shipping Fee'],
  discount: ['优惠金额', '非现金抵扣金额', '优惠', '折扣金额', '优惠减免金额', 'Discount'], taxTotal: ['代扣税款', '税费', '税款', '税金', '综合税', 'Tax', 'Tax Total'],
  acturalPaid: ['实付金额', '实际支付金额', '实付款', '买家实付金额', '支付金额', '实际付款', 'Actual Paid', 'Amount Paid', 'Total Paid'], amountPaid: ['支付金额', '实付金额', '付款金额', '交易金额', 'Amount Paid', 'Amount'],
  insuredFee: ['保费', '保价费', 'Insurance'], currency: ['币制', '币种', 'Currency'], weight: ['毛重', '重量', '包裹重量', 'Weight', 'Gross Weight'], grossWeight: ['毛重', 'Gross Weight'], netWeight: ['净重', 'Net Weight'], packNo: ['件数', '包裹数', 'Packages'],
  // people
  buyerRegNo: ['订购人注册号', '买家账号', '会员账号', '用户账号', '买家会员名', 'Buyer Account'], buyerName: ['订购人姓名', '买家姓名', '订购人', '购买人', 'Buyer Name'], buyerTelephone: ['订购人电话', '买家电话', '买家手机号', 'Buyer Phone'],
  buyerIdType: ['订购人证件类型', '证件类型', 'ID Type'], buyerIdNumber: ['订购人证件号码', '身份证号', '身份证号码', '证件号码', '买家身份证号', 'ID Number'],
  payerIdType: ['支付人证件类型', '证件类型', 'ID Type'], payerIdNumber: ['支付人证件号码', '支付人身份证号', '身份证号', '证件号码', 'ID Number'], payerName: ['支付人姓名', '付款人姓名', '支付人', '付款人', 'Payer Name', 'Payer'], telephone: ['支付人电话', '手机号', '联系电话', 'Phone'],
  consignee: ['收货人姓名', '收货人', '收件人', '收件人姓名', 'Consignee', 'Recipient'], consigneeTelephone: ['收货人电话', '收货人手机', '收件人电话', '联系手机', '收货电话', 'Recipient Phone'],
  consigneeAddress: ['收货地址', '收货人地址', '收件地址', '收件人地址', '详细地址', 'Address', 'Shipping Address'], consigneeDistrict: ['收货地址行政区划代码', '行政区划代码', 'District Code'],
  // times
  appTime: ['申报时间', '下单时间', '订单创建时间', '创建时间', '订单提交时间', 'Order Time', 'Created At'], payTime: ['支付时间', '付款时间', '订单付款时间', '交易时间', 'Payment Time', 'Paid At'], declTime: ['申报日期', 'Declaration Date'], ieDate: ['进口日期', '进出口日期'],
  returnTime: ['回执时间', '操作日期'], returnStatus: ['回执状态', '操作结果'], returnInfo: ['回执信息', '备注'],
  // declaration
  ieFlag: ['进出口标记', '进出口标志'], customsCode: ['申报海关代码', '申报地海关代码', 'Customs Code'], portCode: ['口岸海关代码', 'Port Code'], tradeMode: ['贸易方式', '监管方式', 'Trade Mode'], trafMode: ['运输方式', '运输方式代码'], trafNo: ['运输工具编号', '航班号'], voyageNo: ['航班航次号', '航次号'],
  wrapType: ['包装种类', '包装种类代码'], loctNo: ['监管场所代码'], licenseNo: ['许可证件号', '许可证号'],
  // lines
  gnum: ['商品序号', '序号', 'Line No'], itemNo: ['企业商品货号', '商品编码', '商品货号', '货号', '商家编码', 'SKU'], itemRecordNo: ['账册备案料号', '备案序号'], itemName: ['企业商品品名', '商品名称', '品名', '宝贝标题', '商品标题', 'Item Name', 'Product Name', 'Title'],
  gcode: ['商品编码', 'HS编码', '海关商品编码', '税则号列', 'HS Code'], gname: ['商品名称', '品名', '商品品名', 'Goods Name'], gmodel: ['商品规格型号', '规格型号', '规格', '商品规格', 'Model', 'Specification'], itemDescribe: ['企业商品描述', '商品描述', 'Description'],
  barCode: ['条形码', '商品条码', '条码', '国际条码', 'Barcode', 'EAN'], unit: ['计量单位', '单位', 'Unit'], qty: ['数量', '购买数量', '商品数量', 'Quantity'], unit1: ['法定计量单位', '第一单位'], qty1: ['法定数量', '第一数量'], unit2: ['第二计量单位', '第二单位'], qty2: ['第二数量'],
  price: ['单价', '商品单价', 'Price', 'Unit Price'], totalPrice: ['总价', '小计', '商品小计', 'Total Price', 'Line Total'], country: ['原产国', '原产国代码', '产地', '起运国', '起运国代码', 'Country of Origin'], tradeCountry: ['贸易国'],
  goodsInfo: ['主要货物信息', '货物信息', '商品信息', 'Goods'], batchNumbers: ['商品批次号', '批次号'], note: ['备注', '订单备注', 'Note', 'Remark'], guid: ['系统唯一序号'], appType: ['企业报送类型', '申报类型'], appStatus: ['业务状态'], orderType: ['订单类型'],
  reason: ['撤销原因', '退货原因', '原因', 'Reason'],
};
