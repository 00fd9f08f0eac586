-- Lists of parcels or of declaration lists: CEB711, 507, 509, 607, 701, 792.
CREATE TABLE IF NOT EXISTS fenghuo.manifests (
  {source},
  {envelope},
  kind LowCardinality(String),
  direction LowCardinality(String),
  customsCode LowCardinality(String),
  copNo String,
  preNo String,
  listNo String,
  operatorCode LowCardinality(String),
  operatorName LowCardinality(String),
  siteCode LowCardinality(String),
  agentCode LowCardinality(String),
  agentName LowCardinality(String),
  sellerCode LowCardinality(String),
  sellerName LowCardinality(String),
  declarantCode LowCardinality(String),
  carrierCode LowCardinality(String),
  carrierName LowCardinality(String),
  trafMode LowCardinality(String),
  trafName String,
  voyageNo String,
  masterBill String,
  domesticTrafNo String,
  unloadPlace String,
  grossWeight Decimal(19, 5),
  netWeight Decimal(19, 5),
  leaveTime DateTime64(3, 'UTC'),
  startTime DateTime64(3, 'UTC'),
  endTime DateTime64(3, 'UTC'),
  entryId String,
  entryState LowCardinality(String),
  parts Int32,
  part Int32,
  lines Nested(
    lineNo Int32,
    waybillNo String,
    packageNo String,
    invtNo String,
    hs LowCardinality(String)
  ),
  -- Other documents' numbers are looked for here, by the dossier's reader.
  INDEX byWaybillNo `lines.waybillNo` TYPE bloom_filter GRANULARITY 1,
  INDEX byInvtNo `lines.invtNo` TYPE bloom_filter GRANULARITY 1,
  -- The first of an event's records stands: what came again, or came under its guid with other content, does not.
  precedence UInt64 MATERIALIZED bitNot(logOffset)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (kind, documentKey, eventId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
