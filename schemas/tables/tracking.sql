-- Milestones of parcels (CEB513 and carriers' own). A milestone whose order became known later comes again, forwarded, with its order key.
CREATE TABLE IF NOT EXISTS fenghuo.tracking (
  {source},
  {envelope},
  carrierCode LowCardinality(String),
  carrierName LowCardinality(String),
  waybillNo String,
  code LowCardinality(String),
  codeGiven LowCardinality(String),
  place LowCardinality(String),
  lat Decimal(19, 5),
  lon Decimal(19, 5),
  vehicle LowCardinality(String),
  sealNo String,
  weight Decimal(19, 5),
  orderNo String,
  platformCode LowCardinality(String),
  -- Other documents' numbers are looked for here, by the dossier's reader.
  INDEX byWaybillNo waybillNo TYPE bloom_filter GRANULARITY 1,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (orderKey, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
