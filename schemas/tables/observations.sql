-- What was seen outside: complaints, stock, prices, rates, receivables, reports.
CREATE TABLE IF NOT EXISTS fenghuo.observations (
  {source},
  {envelope},
  kind LowCardinality(String),
  subjectType LowCardinality(String),
  subjectId String,
  value Decimal(19, 5),
  unit LowCardinality(String),
  source LowCardinality(String),
  number String,
  item String,
  expected String,
  privateToken String,
  zone LowCardinality(String),
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (kind, subjectType, subjectId, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
