/** What an opened letter shows: each field with its name and either its value or, where it tells of a person, only its length and kind of characters. */
import { meaningOf } from '../../schemas/customs/dictionary.ts';
import { typeOfFlat } from '../../schemas/customs/messages.ts';
import { safeName, shapeOf } from '../../schemas/reasons.ts';
import { decode } from '../../schemas/registry.ts';
import type { Bilingual } from '../../schemas/risk/alert.ts';
import type { Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';

export interface OpenedField { path: string; label: Bilingual; personal: boolean; shape: string; value: string | null }
/** `text`: the whole as it was kept, only where it was asked for in clear. `fields`: of a document that could be read. */
export interface Opened { form: string; bytes: number; clear: boolean; fields: OpenedField[]; text: string | null }

const NAMELESS: Bilingual = { en: '', zh: '' };
const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

export function openedView(form: string, bytes: Uint8Array, clear: boolean): Opened {
  const seen = { form, bytes: bytes.length, clear };
  // Tokenised long ago: nothing of it is in clear.
  if (form === 'avro') return { ...seen, fields: plainFields(decode(bytes) as Wire), text: null };
  const text = Buffer.from(bytes).toString('utf8');
  return { ...seen, fields: form === 'json' ? fieldsOf(text, clear) : [], text: clear ? text : null };
}

function plainFields(record: Wire, prefix = ''): OpenedField[] {
  return Object.entries(record).flatMap(([name, value]) => {
    const path = prefix + name;
    if (value instanceof Uint8Array || value === null) return [];
    if (Array.isArray(value)) return value.flatMap((one, i) => (isRecord(one) ? plainFields(one, `${path}[${i}].`) : []));
    return isRecord(value) ? plainFields(value, `${path}.`) : [{ path, label: NAMELESS, personal: false, shape: shapeOf(value), value: String(value) }];
  });
}

function fieldsOf(text: string, clear: boolean): OpenedField[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isRecord(document)) return [];
  const type = typeOfFlat(String(document['type'])) ?? '';
  const contract = type === '' || type === 'baseline' ? undefined : CONTRACTS[type];
  const field = (path: string, name: string | undefined, list: string, value: unknown): OpenedField => {
    const meaning = name === undefined ? undefined : meaningOf(type, list + name);
    // What no contract knows may hold anything.
    const personal = meaning?.personal !== 'no';
    const shown = clear || !personal ? (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')) : null;
    return { path, label: meaning?.label ?? NAMELESS, personal, shape: shapeOf(value), value: shown };
  };
  return Object.entries(document).flatMap(([key, value]) => {
    const name = key === 'type' ? key : (contract?.names.get(key) ?? contract?.names.get(key.toLowerCase()));
    if (name !== 'items') return [field(safeName(key), name, '', value)];
    return (Array.isArray(value) ? value : [value]).flatMap((line, i) => (isRecord(line)
      ? Object.entries(line).map(([inner, one]) => field(`items[${i}].${safeName(inner)}`, contract?.lineNames.get(inner) ?? contract?.lineNames.get(inner.toLowerCase()), 'items.', one))
      : [field(`items[${i}]`, undefined, '', line)]));
  });
}
