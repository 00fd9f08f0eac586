/** `fenghuo doctor`: what is wrong on this machine, and how to mend it. */
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { CHECKS } from './doctor-checks.ts';
import type { Finding } from './doctor-findings.ts';
import { CommandError, EXIT } from './exit.ts';
import { print, printJson, withExamples } from './output.ts';
import { readSettings } from './settings.ts';

export function doctorCommand(program: Command): void {
  withExamples(program.command('doctor').description('check this machine and data folder, and say how to mend what is wrong').option('--json', 'print JSON'),
    ['doctor', 'FENGHUO_DATA=/srv/fenghuo npx fenghuo doctor --json']).action(doctor);
}

async function doctor(options: { json?: boolean }): Promise<void> {
  const settings = readSettings();
  const findings: (Finding & { check: string })[] = [];
  for (const [check, run] of Object.entries(CHECKS)) {
    const finding = { check, ...(await run(settings).catch(asFinding)) };
    findings.push(finding);
    if (!options.json) print(line(finding));
  }
  const wrong = findings.filter((f) => !f.ok).length;
  if (options.json) printJson({ ok: wrong === 0, checks: findings });
  else print(wrong === 0 ? '\nAll is well.' : `\n${wrong} ${wrong === 1 ? 'thing needs' : 'things need'} mending.`);
  if (wrong > 0) throw new CommandError(EXIT.refused, '');
}

const asFinding = (error: unknown): Finding => ({ ok: false, detail: `the check itself failed: ${(error as Error).message}`, next: 'Mend what it names, then run doctor again.' });

const line = (f: Finding & { check: string }): string => `${f.ok ? styleText('green', '✓') : styleText('red', '✗')} ${f.check.padEnd(12)} ${f.detail}${f.ok ? '' : `\n  ${' '.repeat(13)}→ ${f.next}`}`;
