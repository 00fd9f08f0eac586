/** The desk's language and its own words, in English and Chinese; the words of the trade are in terms.ts. */
export type Lang = 'en' | 'zh';
export interface Bilingual {
  en: string;
  zh: string;
}
export const b = (en: string, zh: string): Bilingual => ({ en, zh });

export const UI = {
  tagline: b('Risk desk', '风险预警台'),
  skip: b('Skip to the alerts', '跳至预警列表'),
  searchLabel: b('Find an order: platform code and order number', '查找订单：平台代码与订单号'),
  searchHint: b('Order: platform code / order number', '订单：平台代码 / 订单号'),
  searchGo: b('Open', '打开'),
  searchForm: b('Write the platform code, a slash and the order number, e.g. 3302W60001/A1.', '请输入平台代码、斜杠和订单号，例如 3302W60001/A1。'),
  theme: b('Light or dark', '明暗切换'),
  language: b('Language', '语言'),
  overview: b('Overview', '总览'),
  alerts: b('Alerts', '预警'),
  detail: b('Alert in detail', '预警详情'),
  matrix: b('Last 24 hours', '近24小时'),
  matrixHint: b('click to filter', '点击筛选'),
  total: b('all', '合计'),
  zones: b('165 test zones', '165个综试区'),
  zonesHint: b('worst level per category', '各类别最高等级'),
  live: b('live', '实时'),
  connecting: b('connecting…', '连接中…'),
  lost: b('reconnecting…', '重新连接中…'),
  clear: b('Show all', '显示全部'),
  newer: b('Show newer', '显示新预警'),
  loading: b('Loading…', '加载中…'),
  noAlerts: b('No alerts yet', '暂无预警'),
  noAlertsHint: b(
    'Rules are watching. An alert appears here within a second of the event that raises it; a rule needs its minimum number of records first.',
    '规则正在监测。触发事件后一秒内预警将显示于此；规则须先达到最小样本数。',
  ),
  noMatch: b('No alert fits this filter', '没有符合筛选条件的预警'),
  choose: b('Choose an alert', '请选择一条预警'),
  chooseHint: b(
    'Its reason, the values against their thresholds and the orders behind it are shown here. Use ↑ and ↓ to move through the list.',
    '此处显示预警原因、数值与阈值以及相关订单。可用 ↑ ↓ 键在列表中移动。',
  ),
  signIn: b('Open the desk', '登录预警台'),
  signInHint: b(
    'Open the address that `npm start` printed (it works once), or enter a key with role read or admin.',
    '请打开 npm start 打印的地址（仅一次有效），或输入 read 或 admin 角色的密钥。',
  ),
  key: b('Access key', '访问密钥'),
  signInGo: b('Open', '登录'),
  wrongKey: b('This key does not open the desk.', '该密钥无法登录。'),
  failed: b('This could not be loaded', '加载失败'),
  failedHint: b('The gateway did not answer as expected. The desk tries again by itself.', '网关未正常应答，页面将自动重试。'),
  retry: b('Try again', '重试'),
  simulated: b(
    'Simulated traffic is shown: parties use reserved codes, and every record is marked.',
    '当前包含模拟数据：参与方使用保留代码，每条记录均有标记。',
  ),
  sim: b('simulated', '模拟'),
  backfill: b('backfill', '历史回填'),
  value: b('Value', '数值'),
  threshold: b('Threshold', '阈值'),
  evidence: b('Evidence', '依据'),
  window: b('Window', '时间窗口'),
  rule: b('Rule', '规则'),
  version: b('version', '版本'),
  subject: b('Subject', '对象'),
  zone: b('Zone', '综试区'),
  firstSeen: b('First seen', '首次出现'),
  lastSeen: b('Last seen', '最近出现'),
  count: b('Times', '次数'),
  documents: b('Orders behind it', '相关订单'),
  noDocuments: b('This alert rests on many records; no single order is named.', '该预警基于大量记录，未指向单个订单。'),
  action: b('What to do', '处置建议'),
  reason: b('Why', '原因'),
  lowerBound: b('At least this value: part of the window is not covered.', '该值为下限：窗口部分未覆盖。'),
  approximation: b('Approximation', '近似误差'),
  tables: b('Lists read', '引用名录'),
  close: b('Close', '关闭'),
  back: b('Back to the list', '返回列表'),
  score: b('Score', '评分'),
  none: b('no zone', '无综试区'),
  below: b('normal', '正常'),
  dossier: b('Order dossier', '订单档案'),
  match: b('Match', '三单比对'),
  findings: b('Findings', '比对结果'),
  noFindings: b('No difference was found.', '未发现差异。'),
  history: b('How it came here', '状态变化'),
  orderAlerts: b('Alerts of this order', '该订单的预警'),
  noOrderAlerts: b('None', '无'),
  missing: b('not received', '未收到'),
  left: b('one side', '一方'),
  right: b('other side', '另一方'),
  fail: b('differs', '不符'),
  soft: b('minor', '轻微'),
  'not-checked': b('not checked', '未核对'),
  items: b('items', '项'),
  deleted: b('deleted', '已删除'),
  compared: b('Documents side by side', '单证对照'),
  further: b('Further documents', '其他单证'),
  noFurther: b('None has come.', '尚未收到。'),
  documentKind: b('Document', '单证'),
  says: b('What it says', '内容'),
  request: b('request', '请求'),
  response: b('response', '响应'),
  signature: b('signature', '签名'),
} as const;
export type UiKey = keyof typeof UI;

const stored = localStorage.getItem('fenghuo.lang');
let current: Lang = stored === 'en' || stored === 'zh' ? stored : navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
export const lang = (): Lang => current;
export function setLang(next: Lang): void {
  current = next;
  localStorage.setItem('fenghuo.lang', next);
}
export const t = (key: UiKey): string => UI[key][current];
/** The word of a table of terms.ts, or the raw code where it is new. */
export const word = (table: Record<string, Bilingual>, key: string): string => table[key]?.[current] ?? key;
export const pick = (text: Bilingual): string => text[current] || text.en;
