/** A ClickHouse of its own process: chDB holds one folder per process. Arguments: its folder, which shard of the cluster it is. Tells its address. */
import { clusterConfig } from './cluster-config.ts';
import { startFront } from './front.ts';

const [folder, shard] = process.argv.slice(2) as [string, string];
const front = await startFront({ folder, engineArguments: clusterConfig(folder, Number(shard) as 0 | 1) });
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.(front.url);
