-- A hint of where the sink starts to read. Never the checkpoint: that is the greatest logOffset of each table.
CREATE TABLE IF NOT EXISTS fenghuo.positions (
  incarnation LowCardinality(String),
  logTopic LowCardinality(String),
  logPartition UInt16,
  position UInt64
) ENGINE = ReplacingMergeTree(position)
ORDER BY (incarnation, logTopic, logPartition)
SETTINGS non_replicated_deduplication_window = 0;
