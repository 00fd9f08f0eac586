import { Plant, STAGES } from './plant.ts';
import { SUNK_TOPICS } from '../../processors/sink/rows.ts';
const plant = new Plant(Number(process.argv[2]));
plant.world.traced = true;
try { await plant.run(); } catch (e) { console.log((e as Error).message); }
const end = (t: string, p: number) => plant.broker.part(t, p).records.at(-1)?.offset ?? -1;
for (const { name, input } of STAGES) for (let p = 0; p < plant.broker.partitions(input); p++) if (end(input, p) >= plant.broker.held(name, input, p).position) console.log('stage', name, p, end(input, p), plant.broker.held(name, input, p));
for (const t of SUNK_TOPICS) for (let p = 0; p < plant.broker.partitions(t); p++) if (end(t, p) >= (plant.tables.hints.get(`${t}/${p}`)?.position ?? 0)) console.log('sink', t, p, end(t, p), plant.tables.hints.get(`${t}/${p}`));
console.log(plant.world.trace.slice(-60).join('\n'));
