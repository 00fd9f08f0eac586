/** The rules written on paper in rules/README.md: they must be readable in the form, and lack only what their text says is new. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingsOf, SMALL_RULE, treeSource } from '../language/sources.ts';

const readme = readFileSync(new URL('../../rules/README.md', import.meta.url), 'utf8');
const papers = [...readme.matchAll(/```yaml\n(id: (\S+)\n[\s\S]*?)```/g)].map((match) => ({ id: match[2]!, text: match[1]! }));
const others = SMALL_RULE.split('\n').filter((line) => /^(version|status|title|description|basis|falsePositives|reason|action):/.test(line)).join('\n')
  .replace('status: live', 'status: retired').replaceAll(/\{orders\|count\}|\{total\|cny\}/g, '{value}');

const NEW: Record<string, RegExp> = {
  'market/price-shock': /^$/,
  'transaction/brushing': /unknown kind `intervalCv`|unknown event `service`|No such key: (device|amountText|buyerAccountDays)|rhythm/,
};

test('both are there', () => expect(papers.map((paper) => paper.id).sort()).toEqual(Object.keys(NEW).sort()));

test.each(papers.map((paper) => [paper.id, paper] as const))('%s lacks only what it says is new', (id, paper) => {
  const source = treeSource();
  const found = findingsOf({ ...source, files: { ...source.files, [`${id}.yaml`]: `${paper.text}${others}\nexamples: []\n` } });
  expect(found.filter((finding) => !NEW[id]!.test(finding.message)).map((finding) => `${finding.line} ${finding.check} ${finding.message}`)).toEqual([]);
});
