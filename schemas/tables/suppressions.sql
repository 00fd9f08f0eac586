-- Suppressions as they were approved, and lifted (the same id with an earlier end).
CREATE TABLE IF NOT EXISTS fenghuo.suppressions (
  {source},
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
