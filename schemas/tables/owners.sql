-- Whose inserts count, on a server: the greatest token of a slice is its owner's. A slice is a number of a journal partition; the partitions of other topics go with it by their number.
CREATE TABLE IF NOT EXISTS fenghuo.owners (
  incarnation LowCardinality(String),
  slice UInt16,
  token UInt64,
  owner String,
  claimedAt DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(token)
ORDER BY (incarnation, slice)
SETTINGS non_replicated_deduplication_window = 0;
