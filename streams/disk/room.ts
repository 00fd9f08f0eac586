/**
 * What all resting tables of a log keep of their rows in memory. Each table has two generations: once the young of all have taken half of the room, the old are forgotten and the
 * young are the old. A row that is used again is young again. Nothing is lost by it: every row is in the file.
 */
import type { StateValue } from '../log.ts';

export interface Row { key: string; value: StateValue }

/** For one process. */
export const ROOM_BYTES = 64e6;
/** What a row costs in memory beside its value. */
const ROW_BYTES = 200;

export class Room {
  readonly #half: number;
  readonly #tables: Recent[] = [];
  #young = 0;

  constructor(bytes: number) {
    this.#half = bytes / 2;
  }

  table(): Recent {
    const table = new Recent(this);
    this.#tables.push(table);
    return table;
  }

  took(bytes: number): void {
    this.#young += bytes;
    if (this.#young <= this.#half) return;
    this.#young = 0;
    for (const table of this.#tables) table.turn();
  }
}

export class Recent {
  readonly #room: Room;
  #young = new Map<number, Row>();
  #old = new Map<number, Row>();

  constructor(room: Room) {
    this.#room = room;
  }

  get(id: number): Row | undefined {
    const young = this.#young.get(id);
    if (young) return young;
    const old = this.#old.get(id);
    if (old) this.add(id, old);
    return old;
  }

  add(id: number, row: Row): void {
    this.#young.set(id, row);
    this.#room.took(row.value.length + ROW_BYTES);
  }

  delete(id: number): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
