-- Each revision of each alert: live, shadow and held. Read by time with category and grade, and by alert or order through the indexes.
CREATE TABLE IF NOT EXISTS fenghuo.alert_revisions (
  {source},
  alertId String,
  revision UInt32,
  change LowCardinality(String),
  ruleId LowCardinality(String),
  ruleVersion UInt32,
  ruleSet LowCardinality(String),
  category LowCardinality(String),
  grade LowCardinality(String),
  score Float64,
  subjectType LowCardinality(String),
  subjectId String,
  zone LowCardinality(String),
  window LowCardinality(String),
  eventTime DateTime64(3, 'UTC'),
  detectedAt DateTime64(3, 'UTC'),
  firstSeen DateTime64(3, 'UTC'),
  lastSeen DateTime64(3, 'UTC'),
  count UInt64,
  documents Array(String),
  reasonEn String,
  reasonZh String,
  evidence String,
  actionEn String,
  actionZh String,
  status LowCardinality(String),
  origin LowCardinality(String),
  heldBy LowCardinality(String),
  explanationEn String,
  explanationZh String,
  minute DateTime('UTC') DEFAULT toStartOfMinute(detectedAt),
  hour DateTime('UTC') DEFAULT toStartOfHour(detectedAt),
  INDEX byAlert alertId TYPE bloom_filter GRANULARITY 1,
  INDEX byDocument documents TYPE bloom_filter GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (hour, category, grade, detectedAt, alertId)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
-- Tables of earlier builds.
ALTER TABLE fenghuo.alert_revisions ADD COLUMN IF NOT EXISTS heldBy LowCardinality(String) AFTER origin;
ALTER TABLE fenghuo.alert_revisions ADD COLUMN IF NOT EXISTS explanationEn String AFTER origin, ADD COLUMN IF NOT EXISTS explanationZh String AFTER explanationEn;
