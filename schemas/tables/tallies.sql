-- What each rule did between two ticks: errors and warming are counted here, never hidden.
CREATE TABLE IF NOT EXISTS fenghuo.tallies (
  {source},
  rule LowCardinality(String),
  evaluated UInt64,
  blue UInt64,
  yellow UInt64,
  orange UInt64,
  red UInt64,
  error UInt64,
  warming UInt64,
  suppressed UInt64,
  at DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (rule, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
