/**
 * The keys that join documents. An order's documents share the order's key. A document that names no order waits at a foreign key, a number by which others name it, until
 * an `alias` record says whose it is: `p:` payment, `w:` waybill, `d:` declaration by the declarant's number, `i:` declaration by customs' list number, `r:` cancel or return
 * by the declarant's number. What belongs to no single order has a key of its own: `m:` a manifest, `s:` a device's readings, `o:` an observation, `f:` a message that was
 * answered as faulty.
 *
 * Who names what together with its order: a payment `p:`; a declaration `w:`, `d:` and, once known, `i:`; a cancel or return `r:` and `i:`; the receipt of an export
 * declaration `i:`. The receipt of an import declaration names `i:` but no order, and of most lists nobody ever asks: a tax bill is found by its parcel `w:` and then names the `i:`,
 * for what follows it.
 */

/** '' where part of the key is missing: then the order is not known. */
export const orderKey = (platform: string, orderNo: string): string => (platform === '' || orderNo === '' ? '' : `${platform}|${orderNo}`);

const foreign = (prefix: string, issuer: string, number: string): string => (issuer === '' || number === '' ? '' : `${prefix}:${issuer}|${number}`);

export const paymentKey = (payCode: string, transactionId: string): string => foreign('p', payCode, transactionId);
/** A collection receipt (CEB403) has its number from order and payment: paid in cash there is no payNo, and no payCode to issue it; its own receipt names the seller alone. */
export const collectionNo = (orderNo: string, payNo: string): string => (payNo === '' ? orderNo : `${orderNo}|${payNo}`);
export const waybillKey = (carrierCode: string, waybillNo: string): string => foreign('w', carrierCode, waybillNo);
export const declarationKey = (agentCode: string, copNo: string): string => foreign('d', agentCode, copNo);
/** The list's number is unique in the whole country. Export cancels, receipts of cancels and returns, and the status of tax bills wait here. */
export const listKey = (invtNo: string): string => (invtNo === '' ? '' : `i:${invtNo}`);
export const reversalKey = (agentCode: string, copNo: string): string => foreign('r', agentCode, copNo);
/** All parts of a manifest and their receipts. */
export const manifestKey = (issuer: string, number: string): string => foreign('m', issuer, number);
export const deviceKey = (deviceId: string): string => `s:${deviceId}`;
export const observationKey = (number: string): string => `o:${number}`;
export const faultKey = (messageId: string): string => `f:${messageId}`;
