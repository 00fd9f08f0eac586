/** Episodes of what the system tells about itself, K6 and K11. In a scored run they stand for the pipeline and the gateway; no sender sends them. */
import { stamp14, untilMidnight } from '../clock.ts';
import type { Document } from '../documents.ts';
import type { Random } from '../random.ts';
import { type Episode, GRADE, HOUR, MINUTE, type Plan, type Scene, severity, spread, subject, within } from './episode.ts';

/** A wave of work: the lag grows to its peak and is worked off. */
function wave(start: number, scene: Scene, place: string, peak: number): Plan {
  const events = spread(21, start, within(scene, 20_000, 10 * MINUTE), (at, i) => ({
    at, event: { type: 'observation', kind: 'consumer-lag', subjectType: 'feed', subject: place, value: Math.round(peak * (1 - Math.abs(i - 10) / 10)), unit: 's', at: stamp14(at), source: 'fenghuo', number: place },
  }));
  return { events, subjects: subject('feed', place) };
}

export const lagging: Episode = {
  id: 'technical/consumer-lag',
  label: { en: 'A flood of messages is worked off slowly', zh: '突发流量造成处理积压' },
  plan(random, start, scene) {
    const level = severity(random);
    return { ...wave(start, scene, 'fenghuo/pipeline', [14, 80, 330, 950][level] as number), grade: GRADE[level] };
  },
};

export const busy: Episode = {
  id: 'technical/consumer-lag', lookAlike: true,
  label: { en: 'A busy minute', zh: '短暂繁忙' },
  plan: (_random, start, scene) => wave(start, scene, 'fenghuo/pipeline-2', 8),
};

/** The same number of reads by one key, all on one day. */
function reads(random: Random, start: number, scene: Scene, who: string, count: number): Plan {
  const operator = `${who} ${Math.floor(start / 1000).toString(36)}${random.between(100, 999)}`;
  const span = Math.min(within(scene, 20_000, HOUR), untilMidnight(start) - 1000);
  return { events: spread(count, start, span, (at) => ({ at, event: { type: 'operation', kind: 'sensitive-read', messageType: 'dossier', operator } as Document })), subjects: subject('operator', operator) };
}

export const curious: Episode = {
  id: 'technical/sensitive-reads',
  label: { en: 'A key reads dossier after dossier', zh: '某密钥连续查阅单证档案' },
  plan(random, start, scene) {
    const level = severity(random);
    return { ...reads(random, start, scene, 'SIM officer', [215, 530, 1050, 5100][level] as number), grade: GRADE[level] };
  },
};

export const diligent: Episode = {
  id: 'technical/sensitive-reads', lookAlike: true,
  label: { en: 'An officer with a case of many parties', zh: '办理涉众案件的人员' },
  plan: (random, start, scene) => reads(random, start, scene, 'SIM auditor', 150),
};
