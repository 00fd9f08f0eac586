/** Numbers, times and ids as officers read them. */
import { SUBJECT } from './terms.ts';
import { lang, t, word } from './text.ts';
import type { Zone } from './model.ts';

const locale = (): string => (lang() === 'zh' ? 'zh-CN' : 'en-GB');
export const number = (value: number): string =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 2 }).format(value);
export const money = (value: unknown): string =>
  value === undefined || value === null || value === ''
    ? ''
    : `¥${new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 5 }).format(Number(value))}`;
export const weight = (value: unknown): string => (value === undefined || value === null || value === '' ? '' : `${number(Number(value))} kg`);
/** Beijing time, as on the messages, whatever the officer's clock says. */
export const moment = (ms: number): string =>
  ms > 0 ? new Intl.DateTimeFormat(locale(), { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' }).format(ms) : '';

const BEIJING_MS = 8 * 3_600_000;
/** As a field of date and time holds it, in Beijing time; and back. */
export const toBeijing = (ms: number): string => new Date(ms + BEIJING_MS).toISOString().slice(0, 16);
export const fromBeijing = (text: string): number => Date.parse(`${text}:00+08:00`.replace(/(T\d\d:\d\d:\d\d):00\+/, '$1+'));

export function ago(ms: number, now: number): string {
  const s = Math.max(0, Math.round((now - ms) / 1000));
  const zh = lang() === 'zh';
  if (s < 5) return zh ? '刚刚' : 'now';
  if (s < 60) return zh ? `${s}秒前` : `${s} s ago`;
  if (s < 3600) return zh ? `${Math.floor(s / 60)}分钟前` : `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return zh ? `${Math.floor(s / 3600)}小时前` : `${Math.floor(s / 3600)} h ago`;
  return zh ? `${Math.floor(s / 86_400)}天前` : `${Math.floor(s / 86_400)} d ago`;
}

/** Tokens are long and mean nothing to the eye: both ends suffice to tell two apart. */
export const shorten = (id: string): string => (id.length > 18 ? `${id.slice(0, 7)}…${id.slice(-5)}` : id);

export const zoneName = (zones: Map<string, Zone>, id: string): string => {
  const zone = zones.get(id);
  return zone ? zone[lang()] : id === 'none' || id === '' ? t('none') : id;
};
export const subjectName = (zones: Map<string, Zone>, subject: { type: string; id: string }): string =>
  `${word(SUBJECT, subject.type)} ${subject.type === 'zone' ? zoneName(zones, subject.id) : shorten(subject.id)}`;
