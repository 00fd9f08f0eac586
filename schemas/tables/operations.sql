-- What intake says of feeds, keys and readers: rejections, repeats, signature failures, sensitive reads.
CREATE TABLE IF NOT EXISTS fenghuo.operations (
  {source},
  kind LowCardinality(String),
  feed LowCardinality(String),
  messageType LowCardinality(String),
  code LowCardinality(String),
  operator LowCardinality(String),
  origin LowCardinality(String),
  at DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (kind, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
