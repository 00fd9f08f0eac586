/** Every finding that an author may meet has a name in Chinese. */
import { expect, test } from 'vitest';
import { CHECK } from '../../desk/terms.ts';
import { CHECKS } from '../../language/findings.ts';
import { ADVICE } from '../../language/lint.ts';

test('each check of rules is named in both languages', () => {
  const names = [...Object.keys(CHECKS), ...Object.keys(ADVICE), 'version', 'no-shadow'];
  expect(names.filter((name) => !CHECK[name]?.en || !/[\u4e00-\u9fff]/.test(CHECK[name].zh))).toEqual([]);
});
