/** Suppressions as people see them: proposed by one key with reason and end, approved by another, lifted by any that may do either. Stages hear of an approval and of a lift. */
import type { Suppression } from '../schemas/risk/alert.ts';
import type { Decision, Proposed, Register, SuppressionChange, Who } from './register.ts';

/** `key`: id of the key that proposed it. */
export interface SuppressionView extends Omit<SuppressionChange, 'kind'> { id: string; by: string; key: string; at: number; why: string; state: 'open' | 'rejected' | 'in force' | 'lifted' | 'ended'; decision: { by: string; at: number; why: string } | null }
export type SuppressionRefusal = { ok: false; code: 'NO_SUPPRESSION' | 'DECIDED' | 'SAME_KEY' | 'ENDED'; message: string };
export type SuppressionResult = { ok: true; suppression: SuppressionView } | SuppressionRefusal;

/** What a gateway asks. */
export type SuppressionDesk = Pick<Suppressions, 'propose' | 'approve' | 'reject' | 'lift' | 'list'>;

type Held = Proposed<SuppressionChange>;
const refuse = (code: SuppressionRefusal['code'], message: string): SuppressionRefusal => ({ ok: false, code, message });

export class Suppressions {
  readonly #register: Register;
  readonly #now: () => number;
  #working: Promise<unknown> = Promise.resolve();

  constructor(register: Register, now: () => number) {
    this.#register = register;
    this.#now = now;
  }

  async propose(change: Omit<SuppressionChange, 'kind'>, who: Who, why: string): Promise<SuppressionView> {
    return this.#view((await this.#register.propose(who, why, { kind: 'suppression', ...change })) as Held);
  }

  approve(id: string, who: Who, why: string): Promise<SuppressionResult> {
    return this.#turn(id, 'open', async (held) => {
      if (held.by.id === who.id) return refuse('SAME_KEY', `suppression ${id} was proposed with this key: another one must approve it`);
      if (held.change.ends <= this.#now()) return refuse('ENDED', `suppression ${id} would have ended already: propose it anew`);
      return this.#decide(held, 'approved', who, why || held.why, (at) => ({ at, begins: Math.max(held.change.begins, at), ends: held.change.ends, approver: who.name }));
    });
  }

  reject(id: string, who: Who, why: string): Promise<SuppressionResult> {
    return this.#turn(id, 'open', (held) => this.#decide(held, 'rejected', who, why));
  }

  /** Ends it now: what it held is told. */
  lift(id: string, who: Who, why: string): Promise<SuppressionResult> {
    return this.#turn(id, 'in force', (held) => this.#decide(held, 'lifted', who, why, (at) => ({ at, begins: held.change.begins, ends: at, approver: held.approved?.by.name ?? '' })));
  }

  /** Newest first. */
  async list(): Promise<SuppressionView[]> {
    return [...(await this.#all()).values()].reverse().map((held) => this.#view(held));
  }

  async #all(): Promise<Map<string, Held>> {
    return new Map([...(await this.#register.proposals())].filter((entry): entry is [string, Held] => entry[1].change.kind === 'suppression'));
  }

  #turn(id: string, needed: SuppressionView['state'], act: (held: Held) => Promise<SuppressionResult> | SuppressionResult): Promise<SuppressionResult> {
    const done = this.#working.then(async () => {
      const held = (await this.#all()).get(id);
      if (!held) return refuse('NO_SUPPRESSION', `there is no suppression ${id.slice(0, 40)}`);
      const { state } = this.#view(held);
      return state === needed ? act(held) : refuse('DECIDED', `suppression ${id} is ${state}`);
    });
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #decide(held: Held, act: 'approved' | 'rejected' | 'lifted', who: Who, why: string, told?: (at: number) => Pick<Suppression, 'at' | 'begins' | 'ends' | 'approver'>): Promise<SuppressionResult> {
    const { kind: _kind, ...change } = held.change;
    const journal = told && ((at: number) => ({ type: 'suppression' as const, key: held.id, body: { ...change, id: held.id, reason: held.why, author: held.by.name, ...told(at) } }));
    return { ok: true, suppression: this.#view((await this.#register.decide(who, why, act, held.id, journal)) as Held) };
  }

  #view({ id, by, at, why, change, approved, rejected, lifted }: Held): SuppressionView {
    const { kind: _kind, ...what } = change;
    const state = rejected ? 'rejected' : lifted ? 'lifted' : !approved ? 'open' : what.ends <= this.#now() ? 'ended' : 'in force';
    return { id, by: by.name, key: by.id, at, why, ...what, state, decision: shown(lifted ?? approved ?? rejected) };
  }
}

const shown = (decision: Decision | undefined): SuppressionView['decision'] => (decision ? { by: decision.by.name, at: decision.at, why: decision.why } : null);
