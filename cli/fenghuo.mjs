#!/usr/bin/env node
/** `npm start` and `npx fenghuo COMMAND`: installs what is missing and runs cli/main.ts on the pinned Node. */
import { join } from 'node:path';
import { ensureInstalled, pinnedNode, refuseOldNode, ROOT, run } from './setup.mjs';

refuseOldNode();
if (!(await ensureInstalled())) process.exit(4);
run(pinnedNode(), [join(ROOT, 'cli', 'main.ts'), ...process.argv.slice(2)]);
