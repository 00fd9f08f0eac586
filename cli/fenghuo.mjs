#!/usr/bin/env node
/** `npm start` and `npx fenghuo COMMAND`: installs what is missing and runs cli/main.ts on the pinned Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, pinnedNode, refuseOldNode, ROOT, run } from './setup.mjs';

refuseOldNode();
if (!(await ensureInstalled())) process.exit(4);
const { flags, env } = ['start', 'run'].includes(process.argv[2]) ? JSON.parse(readFileSync(join(ROOT, 'cli', 'room.json'), 'utf8')) : { flags: [], env: {} };
run(pinnedNode(), [...flags, join(ROOT, 'cli', 'main.ts'), ...process.argv.slice(2)], env);
