-- From when on each table has all its rows: older days were dropped to keep the store within its bytes. Sums by the hour (facts_hourly) stay.
CREATE TABLE IF NOT EXISTS fenghuo.retention (
  name LowCardinality(String),
  keptFrom DateTime('UTC'),
  droppedAt DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(keptFrom)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 0;
