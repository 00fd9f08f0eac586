-- Where a row comes from: the sink resumes by these. Stands for `{source}` in each table.
  incarnation LowCardinality(String),
  logTopic LowCardinality(String),
  logPartition UInt16,
  logOffset UInt64,
  sourceTopic LowCardinality(String),
  sourcePartition UInt16,
  sourceOffset UInt64,
  sourceIndex UInt32,
  appendedAt DateTime64(3, 'UTC')
