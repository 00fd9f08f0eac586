/** What others outside tell of a case, in the project's own form. */
import type { SubjectType } from '../../schemas/risk/signal.ts';
import { stamp14 } from '../clock.ts';
import type { Document } from '../documents.ts';

interface Seen { kind: string; subjectType: SubjectType; subject: string; value?: unknown; unit?: string; [more: string]: unknown }

/** `number` is the source's own: what comes again under it replaces, or with `appType` 3 takes back. */
export const observed = (at: number, number: string, seen: Seen, appType = '1'): { at: number; event: Document } =>
  ({ at, event: { type: 'observation', appType, source: 'SIM', unit: '', value: 0, ...seen, at: stamp14(at), number } });
