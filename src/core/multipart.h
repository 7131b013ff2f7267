// SPDX-License-Identifier: Apache-2.0
// Objects that come in parts, each a put of its own. Completing moves no bytes: the object is its parts, one after the other.
// Blocking; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/objects.h"

namespace boathouse::core {

inline constexpr std::int64_t kMostParts = 10'000;
inline constexpr std::int64_t kLeastPartBytes = 5 << 20;  // but for the last
inline constexpr std::int64_t kMostObjectBytes = std::int64_t{5} << 40;

// A part as its uploader names it.
struct NamedPart {
  std::int64_t number = 0;
  std::string etag{};                     // without quotes
  std::optional<std::string> checksum{};  // base64
};

class Multipart {
 public:
  Multipart(const Parts& parts, ObjectFiles& files, const Objects& objects)
      : parts_(parts), files_(files), objects_(objects) {}

  // `object.facts.upload_checksum` says what parts are checked by.
  meta::UploadRow begin(const meta::BucketRow& bucket, const NewObject& object) const;
  // Error{not_found, "no-such-upload"} unless it is of that bucket and key.
  meta::UploadRow find(const meta::BucketRow& bucket, const std::string& key, const std::string& id) const;
  // What was written becomes a part, in place of an earlier one of that number; the first checksum of the writer is kept.
  meta::PartRow put_part(const meta::UploadRow& upload, std::int64_t number, ObjectWriter& writer) const;
  std::vector<meta::PartRow> list_parts(const meta::UploadRow& upload, std::int64_t after, std::size_t limit) const;
  // `size` is what its uploader takes the whole for, in bytes.
  // Errors{invalid_argument}: "no-parts", "bad-part-order", "bad-part" (not there, another ETag or checksum),
  // "part-too-small", "bad-digest" (of the whole), "bad-size";
  // {too_large}; those of Objects::publish().
  meta::ObjectRow complete(const meta::BucketRow& bucket, const meta::UploadRow& upload,
                           const std::vector<NamedPart>& named, const std::optional<Checksum>& expected,
                           std::optional<std::int64_t> size, const meta::ObjectCondition& condition,
                           const Actor& by) const;
  void abort(const meta::UploadRow& upload) const;

 private:
  const Parts& parts_;
  ObjectFiles& files_;
  const Objects& objects_;
};

}  // namespace boathouse::core
