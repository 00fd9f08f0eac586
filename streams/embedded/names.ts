/** Topic and source names as one byte in each frame. The dictionary is kept in the log's file; ids are never reused. */
import type { DatabaseSync } from 'node:sqlite';

export class Names {
  readonly #db: DatabaseSync;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#load();
  }

  id(name: string): number {
    return this.#ids.get(name) ?? this.#add(name);
  }

  name(id: number): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    this.#load(); // a reader in another process: the writer has added it since
    return this.#names.get(id) ?? `unknown-${id}`;
  }

  #load(): void {
    for (const row of this.#db.prepare('SELECT id, name FROM names').all()) {
      this.#ids.set(row.name as string, row.id as number);
      this.#names.set(row.id as number, row.name as string);
    }
  }

  #add(name: string): number {
    const id = this.#names.size + 1;
    if (id > 255) throw new Error(`no room for the name ${name}: a log knows at most 255 topics and sources`);
    this.#db.prepare('INSERT INTO names (id, name) VALUES (?, ?)').run(id, name);
    this.#ids.set(name, id);
    this.#names.set(id, name);
    return id;
  }
}
