-- What intake says of feeds, keys and readers: rejections, repeats, signature failures, sensitive reads, what became of dead letters.
CREATE TABLE IF NOT EXISTS fenghuo.operations (
  {source},
  kind LowCardinality(String),
  feed LowCardinality(String),
  messageType LowCardinality(String),
  code LowCardinality(String),
  operator LowCardinality(String),
  origin LowCardinality(String),
  at DateTime64(3, 'UTC'),
  letter String,
  eventId String,
  fields Array(LowCardinality(String)),
  INDEX byLetter letter TYPE bloom_filter GRANULARITY 1,
  INDEX byEvent eventId TYPE bloom_filter GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (kind, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
-- Tables of earlier builds.
ALTER TABLE fenghuo.operations ADD COLUMN IF NOT EXISTS letter String AFTER at, ADD COLUMN IF NOT EXISTS eventId String AFTER letter, ADD COLUMN IF NOT EXISTS fields Array(LowCardinality(String)) AFTER eventId,
  ADD INDEX IF NOT EXISTS byLetter letter TYPE bloom_filter GRANULARITY 1, ADD INDEX IF NOT EXISTS byEvent eventId TYPE bloom_filter GRANULARITY 1;
