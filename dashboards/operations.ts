/** What an operator watches: from the gateway's /metrics. */
import type { Dashboard } from './model.ts';

const RATE = '[$__rate_interval]';
const quantile = (q: number, metric: string, by = ''): string => `histogram_quantile(${q}, sum by (le${by}) (rate(${metric}_bucket${RATE})))`;

export const OPERATIONS_DASHBOARD: Dashboard = {
  uid: 'fenghuo-operations', title: 'Fenghuo operations · 烽火运行监控', tags: ['fenghuo'], refresh: '15s', from: 'now-3h', variables: [],
  panels: [
    { title: 'Ready · 就绪', says: '1 where nothing blocks; /readyz says what does.', kind: 'stat', width: 3, height: 4, alarm: { yellow: 1, red: 1, below: true }, queries: [{ expr: 'min(fenghuo_ready)' }] },
    { title: 'Store · 存储', says: '1 where the store answers.', kind: 'stat', width: 3, height: 4, alarm: { yellow: 1, red: 1, below: true }, queries: [{ expr: 'min(fenghuo_store_up)' }] },
    { title: 'Free disk · 磁盘余量', says: "Share of the data folder's disk.", kind: 'stat', width: 4, height: 4, unit: 'percentunit', alarm: { yellow: 0.2, red: 0.1, below: true }, queries: [{ expr: 'min(fenghuo_disk_free_bytes / fenghuo_disk_size_bytes)' }] },
    { title: 'Oldest waiting submission · 最久等待的提交', says: 'How long the oldest submission has waited for its answer.', kind: 'stat', width: 4, height: 4, unit: 's', alarm: { yellow: 2, red: 10 }, queries: [{ expr: 'max(fenghuo_oldest_submission_seconds)' }] },
    { title: 'What hinders · 当前障碍', says: 'By part and state, as /readyz tells it; empty is good.', kind: 'table', width: 10, height: 4, queries: [{ expr: 'fenghuo_hindrances > 0' }] },
    { title: 'Events taken · 接收报文', says: 'Durable, a second.', kind: 'timeseries', width: 8, unit: 'ops', queries: [{ expr: `sum(rate(fenghuo_events_accepted_total${RATE}))`, legend: 'taken 已接收' }] },
    { title: 'Refused by reason · 拒收原因', says: 'A second, by reason code.', kind: 'timeseries', width: 8, unit: 'ops', queries: [{ expr: `sum by (code) (rate(fenghuo_events_rejected_total${RATE}))`, legend: '{{code}}' }] },
    { title: 'Answer time · 应答时间', says: "From the request's body to a durable answer.", kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: quantile(0.5, 'fenghuo_submit_seconds'), legend: 'p50' }, { expr: quantile(0.99, 'fenghuo_submit_seconds'), legend: 'p99' }] },
    { title: 'Lag by stage · 各阶段积压', says: "Records behind the end of the stage's input, worst partition of each stage.", kind: 'timeseries', width: 8, queries: [{ expr: 'max by (stage) (fenghuo_stage_lag_records)', legend: '{{stage}}' }] },
    { title: 'Lag by partition · 各分区积压', says: 'The same of each partition that is behind.', kind: 'table', width: 8, queries: [{ expr: 'fenghuo_stage_lag_records > 0' }] },
    { title: 'Since last progress · 距上次进展', says: 'Ticks come each second, so a stage that works is never far from 0.', kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: 'max by (stage) (time() - (fenghuo_stage_last_progress_seconds > 0))', legend: '{{stage}}' }] },
    { title: "Stages' own time behind the clock · 阶段时间滞后", says: 'The watermark that windows and timers follow.', kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: 'max by (stage) (time() - (fenghuo_stage_time_seconds > 0))', legend: '{{stage}}' }] },
    { title: 'Store lag · 存储滞后', says: 'Records of the log that are not in the tables, by topic.', kind: 'timeseries', width: 8, queries: [{ expr: 'max by (topic) (fenghuo_store_lag_records)', legend: '{{topic}}' }] },
    { title: 'Flush pauses · 状态刷写停顿', says: 'How long a flush of state holds up its stage; 50 ms is the aim.', kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: quantile(0.99, 'fenghuo_flush_pause_seconds', ', stage'), legend: 'p99 {{stage}}' }] },
    { title: 'Restore at the last start · 上次启动恢复用时', says: "How long each stage's state took to be read back.", kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: 'max by (stage) (fenghuo_stage_restore_seconds)', legend: '{{stage}}' }] },
    { title: 'What stages count · 阶段计数', says: 'Repeats, records put aside and the like, a second.', kind: 'timeseries', width: 8, unit: 'ops', queries: [{ expr: `sum by (stage, name) (rate(fenghuo_stage_events_total${RATE}))`, legend: '{{stage}} {{name}}' }] },
    { title: 'Published alerts · 发布的预警', says: 'Revisions a second, by grade.', kind: 'timeseries', width: 8, unit: 'ops', queries: [{ expr: `sum by (grade) (rate(fenghuo_alert_revisions_total${RATE}))`, legend: '{{grade}}' }] },
    { title: 'Reference tables on their way · 待生效的参考数据', says: 'Records of intake.operations.v1 that are not in force yet.', kind: 'timeseries', width: 8, queries: [{ expr: 'max(fenghuo_operations_lag_records)', legend: 'waiting 等待' }] },
    { title: 'Memory · 内存', says: 'Resident, of the gateway and what runs in it.', kind: 'timeseries', width: 8, unit: 'bytes', queries: [{ expr: 'fenghuo_process_resident_memory_bytes', legend: '{{instance}}' }] },
    { title: 'Event loop · 事件循环', says: 'How late the process is to its own timers, p99.', kind: 'timeseries', width: 8, unit: 's', queries: [{ expr: 'max by (instance) (fenghuo_nodejs_eventloop_lag_p99_seconds)', legend: '{{instance}}' }] },
    { title: 'Processor · 处理器', says: 'Cores in use.', kind: 'timeseries', width: 8, queries: [{ expr: `rate(fenghuo_process_cpu_seconds_total${RATE})`, legend: '{{instance}}' }] },
  ],
};
