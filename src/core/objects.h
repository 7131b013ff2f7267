// SPDX-License-Identifier: Apache-2.0
// Objects of buckets. Bytes are streamed into a file of their own, synced, and become visible by one transaction of the
// metadata store, which also judges conditions; whoever reads sees a version whole or not at all. Every object version
// that clients create, by whatever means, comes through publish(). Blocking; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/actor.h"
#include "core/notifications.h"
#include "core/object_bytes.h"
#include "core/object_facts.h"
#include "core/object_files.h"
#include "core/object_writer.h"
#include "core/parts.h"
#include "core/triggers.h"

namespace boathouse::core {

inline constexpr std::size_t kMostKeyBytes = 1024;

// Error{invalid_argument, code "key-too-long"}; {invalid_argument} for an empty key or one that is no UTF-8.
void check_object_key(std::string_view key);

// What an object is to be beside its bytes.
struct NewObject {
  std::string key{};
  ObjectFacts facts{};
  ObjectTags tags{};
  meta::ObjectCondition condition{};
  Actor by{};
  std::string watched_state{};          // of the watched file whose bytes these are; empty: of none
  std::string_view event = kObjectPut;  // how it came, as events name it
};

// Of a key that is not there.
struct DeletedObject {
  std::string version{};  // that was removed, or of the marker that was made; empty: neither
  bool is_marker = false;
};

class Objects {
 public:
  Objects(const Parts& parts, ObjectFiles& files, const Triggers& triggers, const Notifications& notifications)
      : parts_(parts), files_(files), triggers_(triggers), notifications_(notifications) {}

  // A writer for a body that is about to come.
  ObjectWriter begin(const meta::BucketRow& bucket, const std::vector<ChecksumKind>& checksums) const;
  // Makes what was written an object. Errors as publish() has them.
  meta::ObjectRow finish(const meta::BucketRow& bucket, NewObject object, ObjectWriter& writer) const;
  // The one way into a bucket: `put.row` lacks only what the store gives. Error{conflict}: code "condition-failed",
  // {not_found}: "no-such-key" (a condition on an object that is not there), "no-such-bucket", "no-such-upload";
  // {too_many_requests}: too many files wait for the runs that triggers give them; {storage_full}: the workspace's limit.
  meta::ObjectRow publish(const meta::BucketRow& bucket, meta::ObjectPut put, const Actor& by,
                          std::string_view event) const;

  // The latest version, or that of an id. Error{not_found}: code "no-such-key", "no-such-version"; a latest version that
  // is a marker: "no-such-key" with a fact `marker`, its version; a marker by its id: {conflict} "is-delete-marker".
  meta::ObjectRow find(const meta::BucketRow& bucket, const std::string& key,
                       const std::optional<std::string>& version) const;
  // Its bytes, as they are however long the reading takes. Finds it anew when it went since it was found.
  struct Opened {
    meta::ObjectRow row{};
    ObjectBytes bytes;
  };
  Opened open(const meta::BucketRow& bucket, const std::string& key, const std::optional<std::string>& version) const;

  // A new object from what is selected of another one's bytes: facts and tags as `object` says.
  meta::ObjectRow copy(Opened& source, const meta::BucketRow& bucket, NewObject object) const;

  // Error{conflict, "condition-failed"}, {not_found, "no-such-key"} for a condition; else also of what is not there.
  DeletedObject remove(const meta::BucketRow& bucket, const std::string& key, const std::optional<std::string>& version,
                       const meta::ObjectCondition& condition, const Actor& by) const;

  // Of the version that find() finds, whose id it gives. Errors as there.
  std::string set_tags(const meta::BucketRow& bucket, const std::string& key, const std::optional<std::string>& version,
                       const ObjectTags& tags) const;

 private:
  void hold_to_limits(const meta::BucketRow& bucket, std::int64_t size) const;

  const Parts& parts_;
  ObjectFiles& files_;
  const Triggers& triggers_;
  const Notifications& notifications_;
};

// What is selected of `bytes`, to the end.
void copy_bytes(ObjectBytes& bytes, ObjectWriter& writer);

// An id for a version, an upload or the like: it sorts by time, and nobody guesses the next.
std::string new_version_id();

}  // namespace boathouse::core
