/** What others outside would tell of a case, in the project's own form. */
import { stamp14 } from '../clock.ts';
import type { Document } from '../documents.ts';

export interface Told { kind: string; subjectType: string; subject: string; at: number; number: string; value?: unknown; [more: string]: unknown }

export const observation = ({ at, ...told }: Told): Document => ({ type: 'observation', appType: '1', source: 'SIM', unit: '', value: 0, ...told, at: stamp14(at) });
