-- Officers' words on alerts; the latest of an alert counts.
CREATE TABLE IF NOT EXISTS fenghuo.verdicts (
  {source},
  alertId String,
  revision UInt32,
  ruleId LowCardinality(String),
  ruleVersion UInt32,
  category LowCardinality(String),
  grade LowCardinality(String),
  status LowCardinality(String),
  zone LowCardinality(String),
  verdict LowCardinality(String),
  reason String,
  officer LowCardinality(String),
  raisedAt DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC'),
  INDEX byAlert alertId TYPE bloom_filter GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (ruleId, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
