/** The models keep the contracts that the real adapters keep: else what runs on them would prove nothing. */
import { onTestFinished } from 'vitest';
import { storeContract } from '../sink/store-contract.ts';
import { clockContract } from '../streams/clock-contract.ts';
import { logContract } from '../streams/log-contract.ts';
import { membershipContract } from '../streams/membership-contract.ts';
import { ModelGroup, ModelMembership } from './model-group.ts';
import { ModelBroker, ModelLog } from './model-log.ts';
import { ModelStore, ModelTables } from './model-store.ts';
import { Process, World } from './world.ts';

logContract('model', async () => {
  const broker = new ModelBroker();
  return { open: async () => new ModelLog(broker), reopen: async () => new ModelLog(broker) };
}, { fences: true });

storeContract('model', async () => {
  const tables = new ModelTables();
  return { open: () => new ModelStore(tables), fences: true };
});

/** Nobody asks for the next step: the world goes on by itself as long as something is left to happen, until the test is over. */
function goesOn(world: World): World {
  let over = false;
  onTestFinished(() => { over = true; });
  const goOn = (): void => {
    if (over) return;
    if (world.idle) return void setImmediate(goOn);
    world.until(() => world.idle, 10_000).then(goOn);
  };
  goOn();
  return world;
}

clockContract('model', () => new Process('waits', goesOn(new World(1))).clock);

membershipContract('model', async () => {
  const world = goesOn(new World(1));
  const groups = new Map<string, ModelGroup>();
  const groupOf = (name: string): ModelGroup => {
    const group = groups.get(name) ?? new ModelGroup('journal.v1', 4, world, true);
    groups.set(name, group);
    return group;
  };
  let members = 0;
  const processes = new Map<ModelMembership, Process>();
  return {
    partitions: 4,
    async process() {
      const process = new Process(`member-${++members}`, world);
      const membership = new ModelMembership(groupOf, process);
      processes.set(membership, process);
      return membership;
    },
    async kill(membership) {
      const process = processes.get(membership as ModelMembership);
      if (process) world.crash(process);
    },
  };
});
