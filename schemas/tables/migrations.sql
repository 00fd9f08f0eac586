-- Which versions of these tables were applied, and with what. Written by the migrator alone.
CREATE TABLE IF NOT EXISTS fenghuo.migrations (
  version UInt32,
  checksum String,
  appliedAt DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(appliedAt)
ORDER BY version
SETTINGS non_replicated_deduplication_window = 0;
