-- Suppressions as they were approved, and lifted (the same id with an earlier end).
CREATE TABLE IF NOT EXISTS fenghuo.suppressions (
  incarnation LowCardinality(String),
  logTopic LowCardinality(String),
  logPartition UInt16,
  logOffset UInt64,
  sourceTopic LowCardinality(String),
  sourcePartition UInt16,
  sourceOffset UInt64,
  sourceIndex UInt32,
  appendedAt DateTime64(3, 'UTC'),
  id String,
  ruleId LowCardinality(String),
  subjectType LowCardinality(String),
  subjectId String,
  zone LowCardinality(String),
  upTo LowCardinality(String),
  begins DateTime64(3, 'UTC'),
  ends DateTime64(3, 'UTC'),
  reason String,
  author LowCardinality(String),
  approver LowCardinality(String),
  at DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (at, id)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
