-- The level in force of each subject, and of each zone and category: of `levels` the newest row of each (a subject keeps its log partition, so the later offset is the newer). Read with FINAL.
-- The newest row of a log partition is never replaced, so resuming from the greatest offset holds here too.
CREATE TABLE IF NOT EXISTS fenghuo.levels_now (
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
) ENGINE = ReplacingMergeTree(logOffset)
ORDER BY (subjectType, subjectId, category)
SETTINGS non_replicated_deduplication_window = 0, merge_selector_base = 10;
-- Stores of earlier builds have levels, but not these.
INSERT INTO fenghuo.levels_now SELECT * FROM fenghuo.levels WHERE (SELECT count() FROM fenghuo.levels_now) = 0 ORDER BY logOffset DESC LIMIT 1 BY subjectType, subjectId, category;
