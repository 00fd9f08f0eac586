/** A change of rules by two keys: what is refused changes nothing, what was in force can be read back, and the folder at a start undoes nothing that was agreed on. */
import { beforeEach, describe, expect, test } from 'vitest';
import { compileOnceSteps } from '../../language/compile-once.ts';
import { Reference } from '../../processors/reference.ts';
import { Register } from '../../processors/register.ts';
import { type ChangeResult, RuleChanges } from '../../processors/rule-changes.ts';
import { SMALL_RULE, smallSource } from '../language/sources.ts';
import { MemoryPublisher } from '../reference/publisher.ts';

const RULE = 'transaction/many-orders';
const FILE = `${RULE}.yaml`;
const ann = { id: 'k1', name: 'ann' };
const bob = { id: 'k2', name: 'bob' };
const { files, tables } = smallSource();
const version = (n: number, more: [from: string, to: string][] = []): string => more.reduce((text, [from, to]) => text.replace(from, to), SMALL_RULE.replace('version: 1', `version: ${n}`));
const STRICTER = version(2, [['red: 3', 'red: 2.5']]);

interface System { publisher: MemoryPublisher; reference: Reference; changes: RuleChanges; findings: string[] }
async function started(publisher = new MemoryPublisher(), folder = files): Promise<System> {
  const reference = new Reference(publisher, compileOnceSteps);
  const findings = await reference.start(folder, tables, {});
  return { publisher, reference, findings: findings.map(({ check, message }) => `${check}: ${message}`), changes: new RuleChanges(publisher, reference, new Register(publisher, () => publisher.clock++), compileOnceSteps) };
}
const idOf = (result: ChangeResult): string => {
  if (!result.ok) throw new Error(`${result.code}: ${result.message} ${result.findings.map((f) => f.message).join('; ')}`);
  return result.proposal.id;
};
const codeOf = (result: ChangeResult): string => (result.ok ? 'ok' : `${result.code} ${result.findings.map(({ check }) => check).join()}`.trim());

let s: System;
beforeEach(async () => { s = await started(); });
const inForce = (): string => s.reference.source.files[FILE] as string;
const both = async (text: string | null, why = 'because'): Promise<string> => {
  const id = idOf(await s.changes.propose({ [FILE]: text }, ann, why, false));
  idOf(await s.changes.approve(id, bob, ''));
  return id;
};

describe('a proposal', () => {
  test('changes nothing until another key approves it; then the rules, who and why are of one edition', async () => {
    const proposed = await s.changes.propose({ [FILE]: STRICTER }, ann, 'notice 12', false);
    expect(proposed).toMatchObject({ ok: true, proposal: { state: 'open', by: 'ann', why: 'notice 12', changes: [{ file: FILE, kind: 'changed', version: [1, 2], status: ['live', 'live'] }], advice: [{ check: 'no-shadow' }] } });
    expect(proposed.ok && proposed.proposal.changes[0]?.diff).toMatch(/-bands:.*red: 3 }\n\+bands:.*red: 2.5 }/);
    expect([inForce(), s.publisher.published]).toEqual([SMALL_RULE, 1]);
    expect(await s.changes.approve(idOf(proposed), bob, '')).toMatchObject({ ok: true, proposal: { state: 'approved', decision: { by: 'bob', why: 'notice 12' } } });
    expect([inForce(), s.publisher.published]).toEqual([STRICTER, 2]);
    expect(s.publisher.edition?.edition.rules).toMatchObject({ by: 'ann', approval: { approver: 'bob', why: 'notice 12', proposal: idOf(proposed) } });
  });

  test.each<[string, Record<string, string | null>, string]>([
    ['that does not compile', { [FILE]: version(2, [['ratio(total, parameters.singleLimit)', 'total / parameters.singleLimit']]) }, 'RULES_REFUSED division'],
    ['of changed meaning under the same number', { [FILE]: version(1, [['red: 3', 'red: 2.5']]) }, 'RULES_REFUSED version'],
    ['whose own examples fail', { [FILE]: version(2, [['blue: 1, yellow: 1.5, orange: 2', 'blue: 1.1, yellow: 1.2, orange: 1.3']]) }, 'RULES_REFUSED examples'],
    ['of a parameter by which a rule fails its examples', { 'parameters.yaml': (files['parameters.yaml'] as string).replace("{ value: 5000, validFrom: '2019-01-01' }", "{ value: 50, validFrom: '2019-01-01' }") }, 'RULES_REFUSED examples'],
    ['of what is in force', { [FILE]: SMALL_RULE }, 'NOTHING_CHANGED'],
    ['outside of the rules', { '../x.yaml': 'a: 1' }, 'UNKNOWN_FILE'],
    ['to remove what is not there', { 'transaction/none.yaml': null }, 'UNKNOWN_FILE'],
    ['without the last rule', { [FILE]: null }, 'RULES_REFUSED unknown-file'],
  ])('%s is refused', async (_what, change, expected) => {
    expect(codeOf(await s.changes.propose(change, ann, 'why', false))).toBe(expected);
    expect([await s.changes.proposals(10), s.publisher.published]).toEqual([[], 1]);
  });

  test('words, examples and status may change under one number', async () => {
    await both(version(1, [['en: Many orders,', 'en: A lot of orders,'], ['status: live', 'status: shadow'], ['en: none known', 'en: families']]));
    expect((await s.changes.text(RULE, 1))?.status).toBe('shadow');
  });

  test('is approved by no name but by another key', async () => {
    const id = idOf(await s.changes.propose({ [FILE]: STRICTER }, ann, 'why', false));
    expect(codeOf(await s.changes.approve(id, { ...bob, id: ann.id }, ''))).toBe('SAME_KEY');
    expect(inForce()).toBe(SMALL_RULE);
    expect(codeOf(await s.changes.approve(id, { ...ann, id: 'k9' }, ''))).toBe('ok');
  });

  test('is decided once', async () => {
    const first = await both(STRICTER);
    const second = idOf(await s.changes.propose({ [FILE]: version(3, [['red: 3', 'red: 9']]) }, ann, 'why', false));
    expect(await s.changes.reject(second, bob, 'too high')).toMatchObject({ ok: true, proposal: { state: 'rejected', decision: { by: 'bob', why: 'too high' } } });
    expect(await Promise.all([first, second, 'p0'].map(async (id) => codeOf(await s.changes.approve(id, bob, ''))))).toEqual(['DECIDED', 'DECIDED', 'NO_PROPOSAL']);
    expect((await s.changes.proposals(10)).map(({ id, state }) => [id, state])).toEqual([[second, 'rejected'], [first, 'approved']]);
  });

  test('is stale once its file has changed; one of another file is not', async () => {
    const other = version(1, [['id: transaction/many-orders', 'id: transaction/other-orders']]);
    const stale = idOf(await s.changes.propose({ [FILE]: version(3, [['red: 3', 'red: 9']]) }, ann, 'why', false));
    const free = idOf(await s.changes.propose({ 'transaction/other-orders.yaml': other }, ann, 'why', false));
    await both(STRICTER);
    expect([codeOf(await s.changes.approve(stale, bob, '')), codeOf(await s.changes.approve(free, bob, ''))]).toEqual(['STALE', 'ok']);
    expect(Object.keys(s.reference.source.files)).toEqual(['parameters.yaml', FILE, 'transaction/other-orders.yaml']);
    expect(inForce()).toBe(STRICTER);
  });

  test('is kept by the log: another start knows it', async () => {
    const id = idOf(await s.changes.propose({ [FILE]: STRICTER }, ann, 'why', false));
    s = await started(s.publisher);
    expect(codeOf(await s.changes.approve(id, bob, ''))).toBe('ok');
  });
});

describe('history', () => {
  test('tells who, when, why and what, newest first; every version can be read', async () => {
    await both(STRICTER, 'first');
    await both(version(3, [['red: 3', 'red: 2']]).replace('orange: 2', 'orange: 1.9'), 'second');
    await both(STRICTER, 'back to the second');
    const history = await s.changes.history(RULE, 10);
    expect(history.map(({ by, approval, changes }) => [by, approval?.approver, approval?.why, changes[0]?.version])).toEqual([
      ['ann', 'bob', 'back to the second', [3, 2]], ['ann', 'bob', 'second', [2, 3]], ['ann', 'bob', 'first', [1, 2]], ['start', 'start', expect.stringContaining('own approval'), [null, 1]],
    ]);
    expect(history.map(({ since }) => since)).toEqual(history.map(({ since }) => since).toSorted((a, b) => b - a));
    expect([(await s.changes.text(RULE, 1))?.text, (await s.changes.text(RULE, undefined))?.text, await s.changes.text(RULE, 9)]).toEqual([SMALL_RULE, STRICTER, undefined]);
    expect(await s.changes.history('market/none', 10)).toEqual([]);
  });

  test('a number keeps its meaning for good, also long after; a retired version does not come back', async () => {
    await both(STRICTER);
    await both(version(3, [['red: 3', 'red: 2.2']]));
    expect(codeOf(await s.changes.propose({ [FILE]: version(2, [['red: 3', 'red: 2.1']]) }, ann, 'why', false))).toBe('RULES_REFUSED version');
    await both(version(3, [['red: 3', 'red: 2.2'], ['status: live', 'status: retired']]));
    const back = await s.changes.propose({ [FILE]: version(3, [['red: 3', 'red: 2.2']]) }, ann, 'why', false);
    expect(back).toMatchObject({ ok: false, findings: [{ check: 'version', message: expect.stringContaining('retired'), suggestion: 'write version: 4', line: 3 }] });
  });
});

describe('the folder at a start', () => {
  test('is the operator’s own approval, and says so', async () => {
    expect(s.publisher.edition?.edition.rules).toMatchObject({ by: 'start', approval: { approver: 'start', proposal: '' } });
  });

  test('undoes nothing that two keys agreed on, however often it starts; what it says anew counts', async () => {
    await both(STRICTER);
    const other = version(1, [['id: transaction/many-orders', 'id: transaction/other-orders']]);
    for (const folder of [files, { ...files, 'transaction/other-orders.yaml': other }, { ...files, 'transaction/other-orders.yaml': other }]) {
      s = await started(s.publisher, folder);
      expect([s.findings, inForce()]).toEqual([[], STRICTER]);
    }
    expect(s.reference.source.files['transaction/other-orders.yaml']).toBe(other);
    s = await started(s.publisher, files);
    expect(Object.keys(s.reference.source.files)).toEqual(['parameters.yaml', FILE]);
    const third = version(3, [['red: 3', 'red: 8']]);
    s = await started(s.publisher, { ...files, [FILE]: third });
    expect([s.findings, inForce()]).toEqual([[], third]);
  });

  test('with another meaning under the same number is refused, and what was in force stays', async () => {
    const published = s.publisher.published;
    s = await started(s.publisher, { ...files, [FILE]: version(1, [['red: 3', 'red: 8']]) });
    expect([s.findings, s.publisher.published]).toEqual([[expect.stringMatching(/^version: version 1 was in force with another meaning \(bands differ\)/)], published]);
  });

  test('the same start twice publishes nothing', async () => {
    await both(STRICTER);
    const { published } = s.publisher;
    s = await started(s.publisher);
    expect(s.publisher.published).toBe(published);
  });
});
