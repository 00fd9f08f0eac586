-- Signed shares of the aggregates: +1 as a document is counted, -1 as it is given back, so that sums are always true.
CREATE TABLE IF NOT EXISTS fenghuo.facts (
  {source},
  kind LowCardinality(String),
  sign Int8,
  orderKey String,
  eventId String,
  zone LowCardinality(String),
  platform LowCardinality(String),
  seller LowCardinality(String),
  country LowCardinality(String),
  hs4 LowCardinality(String),
  mode LowCardinality(String),
  amount Decimal(19, 5),
  weight Decimal(19, 5),
  quantity Decimal(19, 5),
  eventTime DateTime64(3, 'UTC'),
  origin LowCardinality(String),
  minute DateTime('UTC') DEFAULT toStartOfMinute(eventTime),
  hour DateTime('UTC') DEFAULT toStartOfHour(eventTime)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (hour, zone, kind, platform, minute)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
