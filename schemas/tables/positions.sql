-- Notes of how far the sink was: before `position` all is in the tables, and records from there on were appended at `appendedAt` or later. `marks`: the greatest source of each source partition before it.
-- Only a hint that saves reading, never the checkpoint: that is the greatest logOffset of each table.
CREATE TABLE IF NOT EXISTS fenghuo.positions (
  incarnation LowCardinality(String),
  logTopic LowCardinality(String),
  logPartition UInt16,
  position UInt64,
  appendedAt DateTime64(3, 'UTC'),
  marks Nested (
    topic LowCardinality(String),
    partition UInt16,
    offset UInt64,
    index UInt32
  )
) ENGINE = ReplacingMergeTree(position)
ORDER BY (incarnation, logTopic, logPartition)
SETTINGS non_replicated_deduplication_window = 0;
-- Tables of earlier builds.
ALTER TABLE fenghuo.positions ADD COLUMN IF NOT EXISTS appendedAt DateTime64(3, 'UTC'), ADD COLUMN IF NOT EXISTS `marks.topic` Array(LowCardinality(String)), ADD COLUMN IF NOT EXISTS `marks.partition` Array(UInt16),
  ADD COLUMN IF NOT EXISTS `marks.offset` Array(UInt64), ADD COLUMN IF NOT EXISTS `marks.index` Array(UInt32);
