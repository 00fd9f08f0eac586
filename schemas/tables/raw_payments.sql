-- Original payment data by order (GAC 2018 No. 165 and 179).
CREATE TABLE IF NOT EXISTS fenghuo.raw_payments (
  {source},
  {envelope},
  sessionId String,
  orderNo String,
  platformCode LowCardinality(String),
  payCode LowCardinality(String),
  transactionId String,
  total Decimal(19, 5),
  currency LowCardinality(String),
  currencyCode LowCardinality(String),
  orders Int32,
  verifiedBy LowCardinality(String),
  payType LowCardinality(String),
  tradingTime DateTime64(3, 'UTC'),
  serviceTime DateTime64(3, 'UTC'),
  recipientCode LowCardinality(String),
  recipientName LowCardinality(String),
  recipientToken String,
  hasRequest Bool,
  hasResponse Bool,
  certNo String,
  hasSignature Bool,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
