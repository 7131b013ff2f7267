// SPDX-License-Identifier: Apache-2.0
// Rows of buckets, the object versions in them, and multipart uploads. Keys are compared byte by byte. A text described as
// JSON is stored as it comes; its meaning belongs to core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::meta {

using BucketId = base::Id<struct BucketTag>;
using UploadId = base::Id<struct UploadTag>;  // of a multipart upload

// Once enabled, versioning can only be suspended.
enum class Versioning { never, enabled, suspended };

struct BucketRow {
  BucketId id{};
  base::WorkspaceId workspace{};
  std::string name{};  // unique in its workspace
  Versioning versioning = Versioning::never;
  std::string notification{};  // as its owner wrote it; empty: none
  std::string tags = "[]";     // JSON
  bool has_default_trigger = false;
  base::Micros created_at = 0;
};

// The version id of what was written while versioning was not enabled; a key has at most one such version.
inline constexpr const char* kNullVersion = "null";

// One version of an object, or a marker that it was deleted.
struct ObjectRow {
  BucketId bucket{};
  std::string key{};
  std::int64_t number = 0;  // grows within the key; given by the store
  std::string version{};    // kNullVersion, or an id of its own; given by the store
  bool is_latest = true;
  bool is_marker = false;
  std::string file{};  // its bytes; empty: they are the parts of `upload`, in their order
  UploadId upload{};   // empty: written in one piece
  std::int64_t size = 0;
  std::string etag{};        // without quotes
  std::string facts = "{}";  // JSON: headers, metadata, checksum
  std::string tags = "[]";   // JSON
  base::Micros at = 0;
};

struct UploadRow {
  UploadId id{};
  BucketId bucket{};
  std::string key{};
  std::string facts = "{}";  // JSON, for the object that it becomes
  std::string tags = "[]";   // JSON
  std::string who{};         // name of the user who began it
  base::Micros at = 0;
};

struct PartRow {
  UploadId upload{};
  std::int64_t number = 0;
  std::string file{};
  std::int64_t size = 0;
  std::string etag{};      // without quotes
  std::string checksum{};  // JSON; empty: none
  base::Micros at = 0;
};

}  // namespace boathouse::meta
