/** CRC-32C (Castagnoli), eight bytes a step. */
const TABLES: Uint32Array[] = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  (TABLES[0] as Uint32Array)[n] = c >>> 0;
}
for (let n = 0; n < 256; n++) {
  for (let t = 1; t < 8; t++) {
    const before = (TABLES[t - 1] as Uint32Array)[n] as number;
    (TABLES[t] as Uint32Array)[n] = ((TABLES[0] as Uint32Array)[before & 0xff] as number) ^ (before >>> 8);
  }
}
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];

export function crc32c(b: Uint8Array, from: number, to: number): number {
  let c = 0xffffffff;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const low = c ^ ((b[i] as number) | ((b[i + 1] as number) << 8) | ((b[i + 2] as number) << 16) | ((b[i + 3] as number) << 24));
    c = (T7[low & 0xff] as number) ^ (T6[(low >>> 8) & 0xff] as number) ^ (T5[(low >>> 16) & 0xff] as number) ^ (T4[low >>> 24] as number)
      ^ (T3[b[i + 4] as number] as number) ^ (T2[b[i + 5] as number] as number) ^ (T1[b[i + 6] as number] as number) ^ (T0[b[i + 7] as number] as number);
  }
  for (; i < to; i++) c = (T0[(c ^ (b[i] as number)) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
