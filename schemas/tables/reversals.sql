-- CEB623, 605 (cancel) and 625 (return).
CREATE TABLE IF NOT EXISTS fenghuo.reversals (
  {source},
  {envelope},
  kind LowCardinality(String),
  direction LowCardinality(String),
  orderNo String,
  platformCode LowCardinality(String),
  platformName LowCardinality(String),
  sellerCode LowCardinality(String),
  sellerName LowCardinality(String),
  carrierCode LowCardinality(String),
  carrierName LowCardinality(String),
  waybillNo String,
  copNo String,
  preNo String,
  invtNo String,
  customsCode LowCardinality(String),
  agentCode LowCardinality(String),
  agentName LowCardinality(String),
  buyerAccountToken String,
  buyerIdToken String,
  buyerIdMasked String,
  buyerIdCheck LowCardinality(String),
  buyerMinor Bool,
  buyerIdRun Bool,
  buyerNameToken String,
  buyerNameMasked String,
  buyerNameScreen LowCardinality(String),
  buyerPhoneToken String,
  buyerPhoneMasked String,
  buyerAddressToken String,
  buyerDistrict LowCardinality(String),
  lines Nested(
    lineNo Int32,
    hs LowCardinality(String),
    name String,
    quantity Decimal(19, 5),
    unit LowCardinality(String)
  ),
  -- Other documents' numbers are looked for here, by the dossier's reader.
  INDEX byInvtNo invtNo TYPE bloom_filter GRANULARITY 1,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
