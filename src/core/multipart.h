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

// How an upload's uploader ends it.
struct Completion {
  std::vector<NamedPart> parts{};
  std::optional<Checksum> checksum{};  // of the whole
  std::optional<bool> is_composite{};  // what kind of checksum it takes the upload to have
  std::optional<std::int64_t> size{};  // of the whole, in bytes
  meta::ObjectCondition condition{};
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
  // By number; also of an upload that has become an object.
  std::vector<meta::PartRow> list_parts(const meta::UploadId& upload, std::int64_t after, std::size_t limit) const;
  // Said again of an upload that has become an object, by the same parts: that object, while it is there, whatever
  // else is said; so may a client ask again whose answer was lost.
  // Errors{invalid_argument}: "no-parts", "bad-part-order", "bad-part" (not there, another ETag or checksum),
  // "part-too-small", "bad-checksum-type", "bad-digest" (of the whole), "bad-size"; {not_found, "no-such-upload"};
  // {too_large}; those of Objects::publish().
  meta::ObjectRow complete(const meta::BucketRow& bucket, const std::string& key, const std::string& id,
                           const Completion& completion, const Actor& by) const;
  void abort(const meta::UploadRow& upload) const;

 private:
  meta::ObjectPut to_object(const meta::UploadRow& upload, const Completion& completion) const;
  std::optional<meta::ObjectRow> find_completed(const meta::BucketRow& bucket, const std::string& key,
                                                const meta::UploadId& id, const std::vector<NamedPart>& named) const;

  const Parts& parts_;
  ObjectFiles& files_;
  const Objects& objects_;
};

}  // namespace boathouse::core
