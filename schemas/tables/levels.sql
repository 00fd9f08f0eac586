-- Changes of the level of a subject, or of a zone and category. grade '' = below blue.
CREATE TABLE IF NOT EXISTS fenghuo.levels (
  {source},
  subjectType LowCardinality(String),
  subjectId String,
  category LowCardinality(String),
  grade LowCardinality(String),
  score Float64,
  reasons Array(String),
  zone LowCardinality(String),
  at DateTime64(3, 'UTC'),
  before LowCardinality(String),
  escalated Bool,
  parts Nested (
    rule LowCardinality(String),
    weight Float64,
    score Float64,
    open Bool
  ),
  reasonEn String,
  reasonZh String
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(appendedAt)
ORDER BY (subjectType, subjectId, category, at)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
-- Tables of earlier builds.
ALTER TABLE fenghuo.levels ADD COLUMN IF NOT EXISTS before LowCardinality(String) AFTER at, ADD COLUMN IF NOT EXISTS escalated Bool AFTER before,
  ADD COLUMN IF NOT EXISTS `parts.rule` Array(LowCardinality(String)) AFTER escalated, ADD COLUMN IF NOT EXISTS `parts.weight` Array(Float64) AFTER `parts.rule`,
  ADD COLUMN IF NOT EXISTS `parts.score` Array(Float64) AFTER `parts.weight`, ADD COLUMN IF NOT EXISTS `parts.open` Array(Bool) AFTER `parts.score`,
  ADD COLUMN IF NOT EXISTS reasonEn String AFTER `parts.open`, ADD COLUMN IF NOT EXISTS reasonZh String AFTER reasonEn;
