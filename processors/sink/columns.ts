/** How one column of a table is filled from a record's body. Cells are what JSONCompactEachRow takes. */
import { FIXED5, type Person } from '../../schemas/trade/envelope.ts';

export type Cell = string | number | boolean | Cell[];

export interface Column<B> { name: string; cell: (body: B) => Cell }

type Names<B, V> = { [K in keyof B]-?: B[K] extends V ? K : never }[keyof B] & string;

/** Fields taken as they are. */
export const plain = <B>(...names: Names<B, string | number | boolean | string[]>[]): Column<B>[] => names.map((name) => ({ name, cell: (body) => body[name] as Cell }));

/** Booleans that the table keeps as UInt8. */
export const flag = <B>(...names: Names<B, boolean>[]): Column<B>[] => names.map((name) => ({ name, cell: (body) => (body[name] ? 1 : 0) }));

/** Integers of 0.00001. */
export const fixed = <B>(...names: Names<B, number>[]): Column<B>[] => names.map((name) => ({ name, cell: (body) => decimal(body[name] as number) }));

/** Epoch milliseconds. */
export const time = <B>(...names: Names<B, number>[]): Column<B>[] => names.map((name) => ({ name, cell: (body) => instant(body[name] as number) }));

export const column = <B>(name: string, cell: (body: B) => Cell): Column<B> => ({ name, cell });

/** Parallel arrays `nested.field`, as ClickHouse keeps Nested. */
export function nested<B, L>(name: string, lines: (body: B) => readonly L[], columns: Column<L>[]): Column<B>[] {
  return columns.map((c) => ({ name: `${name}.${c.name}`, cell: (body) => lines(body).map(c.cell) }));
}

const PERSON = ['accountToken', 'idToken', 'idMasked', 'idCheck', 'minor', 'idRun', 'nameToken', 'nameMasked', 'nameScreen', 'phoneToken', 'phoneMasked', 'addressToken',
  'district'] as const;

/** A person flattened under a prefix: tokens, masks and flags; the shingles stay in the log. */
export function person<B>(prefix: string, of: (body: B) => Person): Column<B>[] {
  return PERSON.map((field) => ({ name: `${prefix}${field.charAt(0).toUpperCase()}${field.slice(1)}`, cell: (body) => of(body)[field] }));
}

/** A Fixed5 integer as an exact decimal string. Up to 15 digits a double's shortest form is the decimal itself; beyond, by BigInt. */
export function decimal(value: number): string {
  if (value > -1e15 && value < 1e15) return String(value / FIXED5);
  const digits = BigInt(value);
  const whole = digits / 100_000n;
  const rest = String(digits < 0n ? -(digits % 100_000n) : digits % 100_000n).padStart(5, '0');
  return `${digits < 0n && whole === 0n ? '-' : ''}${whole}.${rest}`;
}

/** Within DateTime64's years 1970 to 2286: a wilder value of a sender must not stop the sink. */
const LATEST = 9_999_999_999_999;

/** Epoch milliseconds: in JSON a bare number is taken as ticks of DateTime64(3); a quoted one would be read as seconds, or as a date. */
export const instant = (ms: number): number => Math.min(Math.max(ms, 0), LATEST);

export const base64 = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));
