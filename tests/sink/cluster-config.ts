/** A configuration for chDB: `one` is a cluster of itself, `two` has a second shard elsewhere. Nothing listens on these ports: by them ClickHouse knows which replica it is. */
import { writeFileSync } from 'node:fs';

const shard = (port: number): string => `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`;

/** `shard` of `two`: 0 or 1. Returns ClickHouse's argument. */
export function clusterConfig(folder: string, which: 0 | 1): string[] {
  const ports = [9000, 9001] as const;
  const file = `${folder}.xml`;
  writeFileSync(file, `<clickhouse><tcp_port>${ports[which]}</tcp_port>
    <remote_servers><one>${shard(ports[which])}</one><two>${ports.map(shard).join('')}</two></remote_servers>
    <macros><shard>${which + 1}</shard><replica>r1</replica></macros></clickhouse>`);
  return [`--config-file=${file}`];
}
