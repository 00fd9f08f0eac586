-- CEB511 as accepted. A waybill without an order comes again, forwarded, with its order key.
CREATE TABLE IF NOT EXISTS fenghuo.waybills (
  {source},
  {envelope},
  carrierCode LowCardinality(String),
  carrierName LowCardinality(String),
  waybillNo String,
  masterBill String,
  orderNo String,
  freight Decimal(19, 5),
  insurance Decimal(19, 5),
  currency LowCardinality(String),
  currencyCode LowCardinality(String),
  weight Decimal(19, 5),
  packages Int32,
  consigneeAccountToken String,
  consigneeIdToken String,
  consigneeIdMasked String,
  consigneeIdCheck LowCardinality(String),
  consigneeMinor Bool,
  consigneeIdRun Bool,
  consigneeNameToken String,
  consigneeNameMasked String,
  consigneeNameScreen LowCardinality(String),
  consigneePhoneToken String,
  consigneePhoneMasked String,
  consigneeAddressToken String,
  consigneeDistrict LowCardinality(String),
  wordScore Float64,
  word String,
  direction LowCardinality(String),
  sellerCode LowCardinality(String),
  sellerName LowCardinality(String),
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
