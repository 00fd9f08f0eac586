/** Keeps the layers apart: what is pure reaches no I/O, folders form no circles, stages form a DAG but for the one declared loop. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../language/compile.ts';
import type { Compile } from '../language/ruleset.ts';
import type { Stage } from '../streams/stage.ts';

const root = join(import.meta.dirname, '..');
const TOP = ['schemas', 'streams', 'reference', 'language', 'processors', 'gateway', 'desk', 'simulator', 'seeds', 'cli', 'dashboards', 'bench'];
const sources = TOP.flatMap((top) => (existsSync(join(root, top)) ? (readdirSync(join(root, top), { recursive: true }) as string[]).map((name) => join(top, name)) : []))
  .filter((file) => /\.(ts|mts|mjs|js)$/.test(file) && !file.endsWith('.min.js'));

interface Import { target: string; typeOnly: boolean }

/** Static and dynamic imports and re-exports. `target` is a path in the repository or a package's name. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  for (const m of code.matchAll(/(?:^|[;\n])\s*(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    const name = (m[2] ?? m[3]) as string;
    const braces = /\{([^}]*)\}/.exec(m[0]);
    const onlyTypes = m[1] !== undefined || (braces !== null && !/import\s+\w/.test(m[0]) && (braces[1] as string).split(',').every((s) => s.trim() === '' || s.trim().startsWith('type ')));
    found.push({ target: name.startsWith('.') ? normalize(join(dirname(file), name)) : name, typeOnly: onlyTypes });
  }
  return found;
}

const graph = new Map(sources.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]));

/** What a file pulls in when it runs, with the way there: types vanish, so they bring nothing along. */
function reaches(file: string): Map<string, string[]> {
  const ways = new Map<string, string[]>([[file, [file]]]);
  for (const [at, way] of ways) for (const { target, typeOnly } of graph.get(at) ?? []) if (!typeOnly && !ways.has(target)) ways.set(target, [...way, target]);
  return ways;
}

const IO = /^(node:)?(fs|fs\/promises|net|http|https|http2|sqlite|child_process|worker_threads|dgram|tls|dns|timers|timers\/promises|os|readline|cluster)$|^(chdb|@clickhouse\/client|fastify|@fastify\/.*|kafkajs|@kafkajs\/.*)$|^streams\/(disk|embedded|kafka)\//;
/** Files that a pure file may reach although they do I/O: none. A new entry needs its reason here. */
const EXCEPTIONS = new Set<string>([]);

const inFolder = (folder: string) => sources.filter((file) => file.startsWith(`${folder}/`));
const definesStage = (file: string): boolean => /:\s*Stage\b|satisfies Stage\b|\)\s*:\s*Stage\s*\{/.test(readFileSync(join(root, file), 'utf8')) && file !== 'streams/stage.ts' && !file.startsWith('streams/');
const pure = [...new Set([...inFolder('language'), ...inFolder('reference'), ...inFolder('schemas'), ...['screening', 'assessment', 'warning'].flatMap((stage) => inFolder(`processors/${stage}`)),
  ...inFolder('processors').filter(definesStage)])];

describe('pure files', () => {
  test('are there to be checked', () => expect(pure.length).toBeGreaterThan(20));

  test.each(pure)('%s reaches no I/O', (file) => {
    const bad = [...reaches(file)].filter(([target]) => IO.test(target) && !EXCEPTIONS.has(target)).map(([, way]) => way.join(' → '));
    expect(bad).toEqual([]);
  });

  test.each(pure.filter((file) => !file.startsWith('schemas/')))('%s reads no clock and no chance', (file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
    expect(text.match(/\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\brandomBytes\b|\bsetTimeout\b|\bsetInterval\b|\bprocess\.env\b/g) ?? []).toEqual([]);
  });
});

describe('folders', () => {
  test('schemas/ imports schemas/, avsc, zod and node:crypto only; schemas/customs also saxes', () => {
    const bad = inFolder('schemas').flatMap((file) => (graph.get(file) ?? []).filter(({ target }) => !/^schemas\/|^(avsc|zod|node:crypto)$/.test(target)
      && !(target === 'saxes' && file.startsWith('schemas/customs/'))).map(({ target }) => `${file} → ${target}`));
    expect(bad).toEqual([]);
  });

  test('desk/ runs in a browser: it imports only itself, and types of schemas/', () => {
    const bad = inFolder('desk').flatMap((file) => (graph.get(file) ?? []).filter(({ target, typeOnly }) => !/^desk\//.test(target) && !(typeOnly && target.startsWith('schemas/')) && target.includes('/'))
      .map(({ target }) => `${file} → ${target}`));
    expect(bad).toEqual([]);
  });

  test('every import of the repository finds its file', () => {
    const missing = [...graph].flatMap(([file, imports]) => imports.filter(({ target }) => TOP.includes(target.split('/')[0] as string) && !existsSync(join(root, target))).map(({ target }) => `${file} → ${target}`));
    expect(missing).toEqual([]);
  });

  /** An arrow may only point down this list, or to its own folder: so there is no circle. Types count too: a layer knows only those below. */
  const LAYERS = [['bench'], ['cli'], ['simulator', 'gateway', 'desk', 'dashboards'], ['processors'], ['language', 'streams'], ['reference'], ['seeds'], ['schemas']];
  const level = (top: string) => LAYERS.findIndex((layer) => layer.includes(top));
  /** Each with its reason. */
  const ALLOWED = new Map<string, string>([]);

  test('point down the layers only', () => {
    const bad = [...graph].flatMap(([file, imports]) => imports.flatMap(({ target }) => {
      const [from, to] = [file.split('/')[0] as string, target.split('/')[0] as string];
      const sideways = from === to || !TOP.includes(to) || level(from) < level(to);
      return sideways || ALLOWED.has(`${from} → ${to}`) ? [] : [`${file} → ${target}`];
    }));
    expect(bad).toEqual([]);
  });
});

/** The only way back: screening forwards documents that name no order to the journal, once. */
const LOOP = 'screening: journal.v1 → journal.v1';

/** Walks topic → topic; returns the arrows that close a circle. */
function circles(stages: readonly Pick<Stage, 'name' | 'input' | 'outputs'>[]): string[] {
  const arrows = stages.flatMap(({ name, input, outputs }) => outputs.map((output) => ({ name, input, output })));
  const after = (topic: string, seen: Set<string> = new Set()): Set<string> => {
    for (const { input, output } of arrows) if (input === topic && !seen.has(output)) after(output, seen.add(output));
    return seen;
  };
  return arrows.filter(({ input, output }) => input === output || after(output).has(input)).map(({ name, input, output }) => `${name}: ${input} → ${output}`);
}

describe('stages', async () => {
  const files = inFolder('processors').filter(definesStage);
  const stages: Stage[] = [];
  for (const file of files) {
    const module = await import(join(root, file)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      // A stage is inert until opened, so making one here starts nothing. It takes the compiler of rules, if anything.
      const made: unknown = typeof value === 'function' && makesStage(file, name) ? (value as (compile: Compile) => unknown)(compile) : value;
      if (isStage(made)) stages.push(made);
    }
  }

  test('screening, assessment and warning are found', () => {
    expect(stages.map((s) => s.name).sort(), `looked in ${files.map((f) => relative('', f)).join(', ')}`).toEqual(expect.arrayContaining(['assessment', 'screening', 'warning']));
  });

  test('each reads one topic, and topics exist', async () => {
    const { topic } = await import('../streams/topics.ts');
    for (const stage of stages) for (const name of [stage.input, ...stage.outputs]) expect(topic(name).name).toBe(name);
  });

  test('form no circle but the declared loop', () => expect(circles(stages)).toEqual([LOOP]));
});

const makesStage = (file: string, name: string): boolean => new RegExp(`export (function|const) ${name}\\b[^\\n]*\\)\\s*:\\s*Stage\\b`).test(readFileSync(join(root, file), 'utf8'));

function isStage(value: unknown): value is Stage {
  const stage = value as Partial<Stage> | undefined;
  return typeof stage?.name === 'string' && typeof stage.input === 'string' && Array.isArray(stage.outputs) && typeof stage.open === 'function';
}

describe('the check itself', () => {
  test('sees every form of import', () => {
    const text = "import a from 'x';\nimport type { T } from './t.ts';\nimport { type U, v } from '../v.ts';\nimport {\n  b,\n  c,\n} from './long.ts';\nexport { d } from 'd';\nimport 'side';\nconst e = await import('./lazy.ts');\n// import f from 'comment';\n";
    expect(importsOf('p/q/f.ts', text)).toEqual([{ target: 'x', typeOnly: false }, { target: 'p/q/t.ts', typeOnly: true }, { target: 'p/v.ts', typeOnly: false },
      { target: 'p/q/long.ts', typeOnly: false }, { target: 'd', typeOnly: false }, { target: 'side', typeOnly: false }, { target: 'p/q/lazy.ts', typeOnly: false }]);
  });

  test('sees a circle of topics', () => {
    expect(circles([{ name: 'a', input: 'x', outputs: ['y'] }, { name: 'b', input: 'y', outputs: ['x', 'z'] }])).toEqual(['a: x → y', 'b: y → x']);
  });
});
