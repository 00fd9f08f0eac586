-- The match of an order after each change: the last revision is in force.
CREATE TABLE IF NOT EXISTS fenghuo.matches (
  {source},
  orderKey String,
  revision UInt32,
  state LowCardinality(String),
  zone LowCardinality(String),
  platform LowCardinality(String),
  seller LowCardinality(String),
  documents Array(LowCardinality(String)),
  codes Array(LowCardinality(String)),
  findings Nested(
    code LowCardinality(String),
    outcome LowCardinality(String),
    left String,
    right String,
    detail String,
    detailZh String
  ),
  returnStatus Int32,
  origin LowCardinality(String),
  at DateTime64(3, 'UTC'),
  -- 1970-01-01: not delivered yet.
  delivered DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, revision)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
ALTER TABLE fenghuo.matches ADD COLUMN IF NOT EXISTS `findings.detailZh` Array(String) AFTER `findings.detail`;
