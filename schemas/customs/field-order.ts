/**
 * The order of fields in the official messages, whose schemas are sequences: a field out of its place makes a message invalid. Contracts are written by meaning,
 * and the order of a contract's fields must stay, since the hash of a document's content follows it.
 */
const request = (own: string): string[] => ['guid', 'appType', 'appTime', 'appStatus', ...own.split(' ')];
const receipt = (own: string): string[] => ['guid', ...own.split(' '), 'returnStatus', 'returnTime', 'returnInfo'];
const names = (own: string): string[] => own.split(' ');

const PARTIES = 'ebpCode ebpName ebcCode ebcName';
const BUYER = 'buyerIdType buyerIdNumber buyerName buyerTelephone';
const CARRIER = 'logisticsNo logisticsCode logisticsName';
const reversal = request(`customsCode orderNo ${PARTIES} ${CARRIER} copNo preNo invtNo ${BUYER} agentCode agentName reason note`);

/** By the number of the message. A field that customs' message does not have comes after those that it has. */
export const FIELD_ORDER: Readonly<Record<number, readonly string[]>> = {
  311: request(`orderType orderNo ${PARTIES} goodsValue freight discount taxTotal acturalPaid currency buyerRegNo buyerName buyerTelephone buyerIdType buyerIdNumber payCode payName payTransactionId batchNumbers consignee consigneeTelephone consigneeAddress consigneeDistrict note`),
  312: receipt('ebpCode ebcCode orderNo'),
  411: request('payCode payName payTransactionId orderNo ebpCode ebpName payerIdType payerIdNumber payerName telephone amountPaid currency payTime note'),
  412: receipt('payCode payTransactionId'),
  511: request('logisticsCode logisticsName logisticsNo billNo orderNo freight insuredFee currency weight packNo goodsInfo consignee consigneeAddress consigneeTelephone note'),
  512: receipt('logisticsCode logisticsNo'),
  513: request('logisticsCode logisticsName logisticsNo logisticsStatus logisticsTime note'),
  514: receipt('logisticsCode logisticsNo logisticsStatus'),
  621: request(`orderNo ${PARTIES} ${CARRIER} copNo preNo assureCode emsNo invtNo ieFlag declTime customsCode portCode ieDate ${BUYER} consigneeAddress agentCode agentName areaCode areaName tradeMode trafMode trafNo voyageNo billNo loctNo licenseNo country freight insuredFee currency wrapType packNo grossWeight netWeight note`),
  622: receipt('customsCode ebpCode ebcCode agentCode copNo preNo invtNo'),
  623: reversal,
  624: receipt('customsCode agentCode ebpCode ebcCode copNo preNo invtNo'),
  625: reversal,
  626: receipt('customsCode agentCode ebpCode ebcCode copNo preNo invtNo'),
  711: request('customsCode copNo preNo rkdNo operatorCode operatorName ieFlag trafMode trafNo voyageNo billNo logisticsCode logisticsName unloadLocation note'),
  712: receipt('customsCode operatorCode copNo preNo rkdNo'),
  816: names('guid returnTime invtNo taxNo customsTax valueAddedTax consumptionTax status entDutyNo note assureCode ebcCode logisticsCode agentCode customsCode orderNo logisticsNo'),
  818: names('guid returnTime invtNo taxNo status entDutyNo assureCode'),
  303: request(`orderType orderNo ${PARTIES} goodsValue freight currency note`),
  304: receipt('ebpCode ebcCode orderNo'),
  403: request(`${PARTIES} orderNo payCode payName payNo charge currency accountingDate note`),
  404: receipt('ebcCode orderNo payNo'),
  505: request('logisticsCode logisticsName logisticsNo freight insuredFee currency grossWeight packNo goodsInfo ebcCode ebcName ebcTelephone note'),
  506: receipt('logisticsCode logisticsNo'),
  507: request('customsCode copNo preNo operatorCode operatorName loctNo ieFlag trafMode billNo domesticTrafNo logisticsCode logisticsName msgCount msgSeqNo note'),
  508: receipt('operatorCode logisticsCode preNo copNo billNo msgSeqNo'),
  509: request('customsCode copNo preNo logisticsCode logisticsName trafMode trafName voyageNo billNo leaveTime msgCount msgSeqNo note'),
  510: receipt('logisticsCode copNo preNo msgSeqNo'),
  603: request('customsCode ebpCode ebpName orderNo logisticsCode logisticsName logisticsNo copNo preNo invtNo ieFlag portCode ieDate statisticsFlag agentCode agentName ebcCode ebcName ownerCode ownerName iacCode iacName emsNo tradeMode trafMode trafName voyageNo billNo totalPackageNo loctNo licenseNo country POD freight fCurrency fFlag insuredFee iCurrency iFlag wrapType packNo grossWeight netWeight note'),
  604: receipt('agentCode copNo preNo invtNo ebcCode ebpCode orderNo statisticsFlag'),
  605: request('customsCode copNo preNo invtNo reason agentCode agentName ebcCode ebcName note'),
  606: receipt('agentCode copNo preNo invtNo msgSeqNo'),
  607: request('customsCode copNo preNo agentCode agentName loctNo trafMode trafName voyageNo billNo domesticTrafNo grossWeight logisticsCode logisticsName msgCount msgSeqNo note'),
  608: receipt('agentCode logisticsCode copNo preNo billNo msgSeqNo'),
  701: request('customsCode copNo preNo sumNo agentCode agentName ebcCode ebcName declAgentCode declAgentName startTime endTime loctNo summaryFlag itemNameFlag msgCount msgSeqNo note'),
  702: receipt('agentCode ebcCode copNo preNo sumNo msgSeqNo'),
  792: names('guid customsCode sumNo opDate declSeqNo decTmpNo decPreNo entryId decState agentCode agentName ebcCode ebcName declAgentCode declAgentName grossWeight netWeight msgCount msgSeqNo note'),
  900: names('guid returnStatus returnTime returnInfo oriCopMsgId oriMessageType oriBizMessage'),
};

export const LINE_ORDER: Readonly<Record<number, readonly string[]>> = {
  311: names('gnum itemNo itemName gmodel itemDescribe barCode unit qty price totalPrice currency country note'),
  621: names('gnum itemRecordNo itemNo itemName gcode gname gmodel barCode country tradeCountry currency qty unit qty1 unit1 qty2 unit2 price totalPrice note'),
  625: names('gnum gcode gname qty unit note'),
  711: names('gnum logisticsNo note'),
  816: names('gnum gcode taxPrice customsTax valueAddedTax consumptionTax'),
  303: names('gnum itemNo itemName itemDescribe barCode unit currency qty price totalPrice note'),
  507: names('gnum logisticsNo totalPackageNo note'),
  509: names('gnum totalPackageNo logisticsNo note'),
  603: names('gnum itemNo itemRecordNo itemName gcode gname gmodel barCode country currency qty qty1 qty2 unit unit1 unit2 price totalPrice note'),
  607: names('gnum totalPackageNo logisticsNo invtNo note'),
  701: names('invtNo'),
  792: names('invtNo logisticsNo gnum gcode'),
};
