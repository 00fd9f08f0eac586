-- Readings of devices on parcels and vehicles. 1000 (lat, lon) and -1000 (the rest) stand for: not given.
CREATE TABLE IF NOT EXISTS fenghuo.readings (
  {source},
  {envelope},
  deviceId String,
  sequence Int64,
  carrierCode LowCardinality(String),
  waybillNo String,
  vehicle LowCardinality(String),
  lat Decimal(19, 5),
  lon Decimal(19, 5),
  speed Decimal(19, 5),
  temperature Decimal(19, 5),
  humidity Decimal(19, 5),
  shock Decimal(19, 5),
  seal LowCardinality(String),
  battery Decimal(19, 5),
  -- Other documents' numbers are looked for here, by the dossier's reader.
  INDEX byWaybillNo waybillNo TYPE bloom_filter GRANULARITY 1,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (deviceId, sequence, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
