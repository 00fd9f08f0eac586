-- What customs answered: every even message after a document's, and CEB900 (answers message).
CREATE TABLE IF NOT EXISTS fenghuo.receipts (
  {source},
  {envelope},
  answers LowCardinality(String),
  returnStatus Int32,
  returnTime DateTime64(3, 'UTC'),
  platformCode LowCardinality(String),
  sellerCode LowCardinality(String),
  orderNo String,
  payCode LowCardinality(String),
  transactionId String,
  carrierCode LowCardinality(String),
  waybillNo String,
  customsCode LowCardinality(String),
  agentCode LowCardinality(String),
  copNo String,
  preNo String,
  invtNo String,
  direction LowCardinality(String),
  operatorCode LowCardinality(String),
  listNo String,
  part Int32,
  messageType LowCardinality(String),
  messageId String,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
