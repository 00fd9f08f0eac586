/** What must stay quiet, by rule. */
import type { Episode } from './episode.ts';
import { centRounded, dearGoods, guaranteeFreed, keenShopper, orderAmended, payerRespelt } from './financial.ts';
import { couple, family, flashSale, goodCustomers, knownPickUp, oneChild } from './identities.ts';
import { earlyCancels, fewReturned, gifts, sameTax, withinTolerance } from './integrity.ts';
import { eightSellers, leadingPlatform, manyCountries, salesDay } from './market.ts';
import { currencyWavers, freightMistyped, slowParcels, stockForWeeks } from './market-observed.ts';
import { dearFew, otherWares, saleOfTheZone, weekOfRest } from './market-trade.ts';
import { delayed, doorOpened, flownScans, partsDisordered, sealedAnew, secondTry, sealInspected, sealShaken, tunnel } from './logistics.ts';
import { documentsLate, goodsWeighed, guaranteeEnough, limitsSingle, moneyRounded, partyRenewed, personsRewritten, sequenceSkewed } from './match.ts';
import { complained, declaredBatteries, imitations, likeNames, nightLights } from './public-security-goods.ts';
import { cleanOrigin, harmlessCarried, harmlessWords, otherGoods, unlistedLines } from './public-security.ts';
import { calledOff, owedBriefly, paidInFull } from './trade-credit.ts';
import { busy, diligent } from './system.ts';
import { answersSlow, clockNearly, driftsLittle, feedMaintained, seldomRefused, seldomRepeats, unusual, wellSigned } from './technical.ts';
import { bothWays, dearBrand, loanMoved, oneReceipt, season } from './trade-finance.ts';
import { clearanceSale, oddIds, ordersApart, pickUpPoint, quotaLeft } from './transaction.ts';

export const LOOK_ALIKES: readonly Episode[] = [
  ordersApart, pickUpPoint, quotaLeft, clearanceSale, oddIds, documentsLate, goodsWeighed, limitsSingle, personsRewritten, sequenceSkewed, partyRenewed,
  moneyRounded, payerRespelt, keenShopper, centRounded, dearGoods, orderAmended, manyCountries, salesDay, harmlessWords, harmlessCarried, unlistedLines, cleanOrigin, otherGoods, feedMaintained, seldomRepeats, unusual, wellSigned,
  knownPickUp, family, couple, goodCustomers, oneChild, flashSale, withinTolerance, gifts, fewReturned, earlyCancels, sameTax, dearBrand, oneReceipt, bothWays, loanMoved, season,
  guaranteeEnough, guaranteeFreed, flownScans, doorOpened, sealShaken, sealInspected, sealedAnew, secondTry, tunnel, partsDisordered,
  eightSellers, leadingPlatform, currencyWavers, slowParcels, saleOfTheZone, otherWares, dearFew, weekOfRest, stockForWeeks, freightMistyped, paidInFull, calledOff, owedBriefly,
  driftsLittle, clockNearly, answersSlow, seldomRefused, busy, diligent, likeNames, imitations, declaredBatteries, nightLights, complained, delayed,
];
