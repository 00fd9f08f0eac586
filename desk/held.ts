/** Why an alert is not told of, in words; and what may be done about it. */
import { h, type Child } from './dom.ts';
import { moment } from './format.ts';
import type { Alert, Suppression } from './model.ts';
import { may } from './page.ts';
import { lang, t } from './text.ts';

const FEED = 'feed ';

export function heldWhy({ status, heldBy }: Alert, suppressions: ReadonlyMap<string, Suppression>): string {
  if (status === 'shadow') return t('heldShadow');
  if (heldBy === 'backfill') return t('heldBackfill');
  if (heldBy === 'allow-list') return t('heldAllowed');
  const colon = lang() === 'zh' ? '：' : ': ';
  if (heldBy.startsWith(FEED)) return `${t('heldFeed')}${colon}${heldBy.slice(FEED.length)}`;
  const by = suppressions.get(heldBy);
  return by ? `${t('heldSuppression')}${colon}${by.why} (${by.by}, ${t('heldUntil')} ${moment(by.ends)})` : `${t('heldSuppression')} ${heldBy}`;
}

/** Of an alert in detail: what holds it, with the way to lift it; or the way to hold its like. */
export function holding(alert: Alert, suppressions: ReadonlyMap<string, Suppression>): Child {
  if (alert.status !== 'live') {
    const by = suppressions.get(alert.heldBy);
    const way = by ? h('a', { class: 'link', href: '/desk/suppressions.html', text: by.state === 'in force' && may('lift') ? t('lift') : t('holdsTitle') }) : null;
    return h('section', { class: 'holding' }, h('h3', { text: t('heldBy') }), h('p', {}, heldWhy(alert, suppressions), ' ', way));
  }
  if (!may('propose')) return null;
  const like = new URLSearchParams({ rule: alert.ruleId.split('@', 1)[0] ?? '', subject: `${alert.subject.type}:${alert.subject.id}`, upTo: alert.grade });
  return h('section', {}, h('a', { class: 'link', href: `/desk/suppressions.html#new&${like}`, text: t('holdsLikeThis') }));
}
