/** Where a document stands among its order's slots. */
import type { DocumentType, Envelope } from '../../schemas/trade/envelope.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import { isMatched, type SlotType } from './dossier.ts';
import { statusKey } from './dues.ts';
import { keep, keepAnswer, type Kept } from './kept.ts';
import { answerKey } from './reversals.ts';

/** `kept` null: the document was deleted. */
export interface Placed { type: SlotType; documentKey: string; kept: Kept | null }

/** undefined: a receipt that only tells a status. */
export function placeOf(type: DocumentType, body: Envelope): Placed | undefined {
  const { documentKey, appType } = body;
  if (type === 'receipt') return isReversalAnswer(body as Receipt) ? { type: 'reversal', documentKey: answerKey(documentKey), kept: keepAnswer(body as Receipt) } : undefined;
  const slot = type as SlotType;
  const key = slot === 'tax-bill' && (body as TaxBill).kind === 'status' ? statusKey(documentKey) : documentKey;
  return { type: slot, documentKey: key, kept: appType === 3 ? null : keep(slot, body) };
}

const isReversalAnswer = ({ answers }: Receipt): boolean => answers === 'cancel' || answers === 'return';

/** What a party submits, once under its number; customs and platforms upload the rest as often as they like. */
export const isSent = ({ type, kept }: Placed): boolean => isMatched(type) || (type === 'reversal' && kept?.kind !== 'answer');
