-- Changes of the level of a subject, or of a zone and category. grade '' = below blue.
CREATE TABLE IF NOT EXISTS fenghuo.levels (
  incarnation LowCardinality(String),
  logTopic LowCardinality(String),
  logPartition UInt16,
  logOffset UInt64,
  sourceTopic LowCardinality(String),
  sourcePartition UInt16,
  sourceOffset UInt64,
  sourceIndex UInt32,
  appendedAt DateTime64(3, 'UTC'),
  subjectType LowCardinality(String),
  subjectId String,
  category LowCardinality(String),
  grade LowCardinality(String),
  score Float64,
  reasons Array(String),
  zone LowCardinality(String),
  at DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (subjectType, subjectId, category, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
