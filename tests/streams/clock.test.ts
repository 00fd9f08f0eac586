import { MACHINE } from '../../streams/clock.ts';
import { clockContract } from './clock-contract.ts';

clockContract('machine', () => MACHINE);
