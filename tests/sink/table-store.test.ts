import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import type { Engine } from '../../processors/sink/engine.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { openServer } from '../../processors/sink/server.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { newFolder, remove } from './fixture.ts';
import { startFront, type Front } from './front.ts';
import { tableStoreContract } from './table-store-contract.ts';

const folder = newFolder();
let front: Front;
beforeAll(async () => { front = await startFront({ folder: join(folder, 'store') }); });
afterAll(async () => {
  await front.close();
  remove(folder);
});

async function clear(): Promise<void> {
  await migrate(front.engine);
  for (const table of ['facts', 'matches', 'positions', 'owners']) await front.engine.command(`TRUNCATE TABLE fenghuo.${table}`);
}

tableStoreContract('ClickHouse in this process', async () => ({
  async empty() {
    await clear();
    return clickHouseTables([front.engine]);
  },
  close: async () => undefined,
}));

tableStoreContract('a ClickHouse server', async () => {
  const opened: Engine[] = [];
  const another = async () => {
    const engines = await openServer(clickHouseSettings({ CLICKHOUSE_URL: front.url }, []) as ClickHouseSettings);
    opened.push(...engines);
    return clickHouseTables(engines);
  };
  return {
    another,
    async empty() {
      await clear();
      return another();
    },
    async close() {
      for (const engine of opened) await engine.close();
    },
  };
});
