import { logContract } from '../streams/log-contract.ts';
import { ModelBroker, ModelLog } from './model-log.ts';

logContract('model', async () => {
  const broker = new ModelBroker();
  return { open: async () => new ModelLog(broker), reopen: async () => new ModelLog(broker) };
});
