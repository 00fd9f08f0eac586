/** All temporary folders of a run lie in one, which goes with the run: a test that ends early, and a process that is killed, leave nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
