#!/usr/bin/env node
/** `npm start` and `npx fenghuo COMMAND`: installs what is missing and runs cli/main.ts on the pinned Node. */
import { join } from 'node:path';
import { ensureInstalled, pinnedNode, refuseOldNode, ROOT, run } from './setup.mjs';

refuseOldNode();
if (!(await ensureInstalled())) process.exit(4);
// The pipeline makes much that lives for one batch: a young generation that holds a batch spares copying it (a fifth of the time).
const young = process.argv[2] === 'start' ? ['--min-semi-space-size=64', '--max-semi-space-size=64'] : [];
run(pinnedNode(), [...young, join(ROOT, 'cli', 'main.ts'), ...process.argv.slice(2)]);
