-- Sums of facts by closed hour. A day is computed aside and put in place whole (REPLACE PARTITION), so a repeat changes nothing; it outlives the facts.
CREATE TABLE IF NOT EXISTS fenghuo.facts_hourly (
  hour DateTime('UTC'),
  kind LowCardinality(String),
  zone LowCardinality(String),
  platform LowCardinality(String),
  country LowCardinality(String),
  hs4 LowCardinality(String),
  mode LowCardinality(String),
  documents Int64,
  amount Decimal(38, 5),
  weight Decimal(38, 5),
  quantity Decimal(38, 5),
  computedAt DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(hour)
ORDER BY (hour, zone, kind, platform, country, hs4, mode)
SETTINGS non_replicated_deduplication_window = 0;

-- The shape of the tables where a day is computed: REPLACE PARTITION demands the same.
CREATE TABLE IF NOT EXISTS fenghuo.facts_hourly_next (
  hour DateTime('UTC'),
  kind LowCardinality(String),
  zone LowCardinality(String),
  platform LowCardinality(String),
  country LowCardinality(String),
  hs4 LowCardinality(String),
  mode LowCardinality(String),
  documents Int64,
  amount Decimal(38, 5),
  weight Decimal(38, 5),
  quantity Decimal(38, 5),
  computedAt DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(hour)
ORDER BY (hour, zone, kind, platform, country, hs4, mode)
SETTINGS non_replicated_deduplication_window = 0;
