-- CEB411 as accepted. A payment without an order comes again, forwarded, with its order key.
CREATE TABLE IF NOT EXISTS fenghuo.payments (
  {source},
  {envelope},
  payCode LowCardinality(String),
  payName LowCardinality(String),
  transactionId String,
  orderNo String,
  platformCode LowCardinality(String),
  platformName LowCardinality(String),
  payerAccountToken String,
  payerIdToken String,
  payerIdMasked String,
  payerIdCheck LowCardinality(String),
  payerMinor Bool,
  payerIdRun Bool,
  payerNameToken String,
  payerNameMasked String,
  payerNameScreen LowCardinality(String),
  payerPhoneToken String,
  payerPhoneMasked String,
  payerAddressToken String,
  payerDistrict LowCardinality(String),
  amount Decimal(19, 5),
  currency LowCardinality(String),
  currencyCode LowCardinality(String),
  payTime DateTime64(3, 'UTC'),
  direction LowCardinality(String),
  sellerCode LowCardinality(String),
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
