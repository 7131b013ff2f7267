// SPDX-License-Identifier: Apache-2.0
// The newest steps of migrations.cc, which says how they are run. A step that has been released never changes.
#pragma once

namespace boathouse::meta::sqlite {

// What columns of versions were found to be like.
inline constexpr const char* kProfiles = R"sql(
CREATE TABLE profiles (
  table_id TEXT NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  contract TEXT NOT NULL,
  profile TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (table_id, version));
)sql";

// How much a bucket holds, kept with every version that comes and goes.
inline constexpr const char* kBucketBytes = R"sql(
ALTER TABLE buckets ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE buckets SET bytes = (SELECT coalesce(sum(size), 0) FROM object_versions WHERE bucket_id = buckets.id);
CREATE TRIGGER version_comes AFTER INSERT ON object_versions BEGIN
  UPDATE buckets SET bytes = bytes + NEW.size WHERE id = NEW.bucket_id;
END;
CREATE TRIGGER version_goes AFTER DELETE ON object_versions BEGIN
  UPDATE buckets SET bytes = bytes - OLD.size WHERE id = OLD.bucket_id;
END;
)sql";

// Which state of a watched file an object was made of, whatever became of the object.
inline constexpr const char* kWatchedFiles = R"sql(
CREATE TABLE watched_files (
  bucket_id TEXT NOT NULL REFERENCES buckets (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (bucket_id, key)) WITHOUT ROWID;
)sql";

}  // namespace boathouse::meta::sqlite
