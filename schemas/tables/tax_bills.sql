-- CEB816, and 818 (kind status). A bill whose order became known later comes again, forwarded, with its order key.
CREATE TABLE IF NOT EXISTS fenghuo.tax_bills (
  {source},
  {envelope},
  kind LowCardinality(String),
  returnTime DateTime64(3, 'UTC'),
  invtNo String,
  taxNo String,
  customsTax Decimal(19, 5),
  valueAddedTax Decimal(19, 5),
  consumptionTax Decimal(19, 5),
  status Int32,
  summaryNo String,
  guarantorCode LowCardinality(String),
  sellerCode LowCardinality(String),
  carrierCode LowCardinality(String),
  agentCode LowCardinality(String),
  customsCode LowCardinality(String),
  orderNo String,
  waybillNo String,
  lines Nested(
    lineNo Int32,
    hs LowCardinality(String),
    taxPrice Decimal(19, 5),
    customsTax Decimal(19, 5),
    valueAddedTax Decimal(19, 5),
    consumptionTax Decimal(19, 5)
  ),
  -- Other documents' numbers are looked for here, by the dossier's reader.
  INDEX byInvtNo invtNo TYPE bloom_filter GRANULARITY 1,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
