/** A sink of its own process, to be killed: follows an embedded log into a ClickHouse server. Arguments: the log's file, the server's address. */
import { serverStore } from '../../processors/sink/server-store.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { openEmbeddedReader } from '../../streams/embedded/reader.ts';

// Its parent may fail before it kills.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
const [file, url] = process.argv.slice(2) as [string, string];
const settings = clickHouseSettings({ CLICKHOUSE_URL: url }, []) as ClickHouseSettings;
await serverStore({ settings, log: openEmbeddedReader(file), report: (_, message) => console.error(message), sink: { retryMs: 50, batchRows: 2_000 } }).sink.start();
process.send?.('started');
