/** `fenghuo keys`: access keys of senders, readers and administrators. */
import { Option, type Command } from 'commander';
import { table } from './format.ts';
import { connect, gatewayCommand, note, print, printJson, withExamples, type GatewayOptions } from './output.ts';

interface KeyInfo { id: string; name: string; role: string; createdAt: number; revokedAt?: number | null }

export function keysCommand(program: Command): void {
  const keys = withExamples(program.command('keys').description('add, list and revoke access keys'), ['keys add --name platform-a --role write', 'keys list', 'keys revoke 3f9a0c12d4e5']);
  gatewayCommand(keys, 'add', 'make a key; it is shown once', ['keys add --name platform-a --role write'])
    .requiredOption('--name <name>', 'whom it is for: 1–40 letters, digits, dots, dashes or underscores')
    .addOption(new Option('--role <role>', 'what it may do').choices(['write', 'read', 'officer', 'author', 'approver', 'admin', 'simulator']).makeOptionMandatory())
    .action(addKey);
  gatewayCommand(keys, 'list', 'all keys, without their secrets', ['keys list --json']).action(listKeys);
  gatewayCommand(keys, 'revoke', 'a key stops working at once', ['keys revoke 3f9a0c12d4e5']).argument('<id>', 'its id, from `keys list`').action(revokeKey);
}

async function addKey(options: GatewayOptions & { name: string; role: string }): Promise<void> {
  const made = await connect(options).send<{ key: string } & KeyInfo>('POST', '/v1/keys', { name: options.name, role: options.role });
  if (options.json) return printJson(made);
  print(made.key);
  note(`Role ${options.role}, for ${options.name}. Keep it now: only its hash is stored. Send it as \`Authorization: Bearer …\`.`);
}

async function listKeys(options: GatewayOptions): Promise<void> {
  const { keys } = await connect(options).get<{ keys: KeyInfo[] }>('/v1/keys');
  if (options.json) return printJson({ keys });
  const day = (at: number | null | undefined): string => (at ? new Date(at).toISOString().slice(0, 16).replace('T', ' ') : '');
  print(table(keys.map((k) => ({ id: k.id, name: k.name, role: k.role, created: day(k.createdAt), revoked: day(k.revokedAt) }))));
}

async function revokeKey(id: string, options: GatewayOptions): Promise<void> {
  await connect(options).send('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  if (options.json) printJson({ revoked: id });
  else print(`Key ${id} is revoked.`);
}
