-- What could not be taken. sealed = base64 of AES-256-GCM bytes.
CREATE TABLE IF NOT EXISTS fenghuo.dead_letters (
  {source},
  id String,
  reason LowCardinality(String),
  path String,
  message String,
  feed LowCardinality(String),
  messageType LowCardinality(String),
  form LowCardinality(String),
  sealed String CODEC(ZSTD(3)),
  sealKeyId LowCardinality(String),
  replayOf String,
  origin LowCardinality(String),
  at DateTime64(3, 'UTC'),
  backfill LowCardinality(String),
  INDEX byId id TYPE bloom_filter GRANULARITY 1,
  INDEX byFirst replayOf TYPE bloom_filter GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (at, id)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
-- Tables of earlier builds.
ALTER TABLE fenghuo.dead_letters ADD COLUMN IF NOT EXISTS backfill LowCardinality(String) AFTER at, ADD INDEX IF NOT EXISTS byFirst replayOf TYPE bloom_filter GRANULARITY 1;
