// SPDX-License-Identifier: Apache-2.0
// Buckets of a workspace: made, found, changed, removed. Blocking; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/object_facts.h"
#include "core/object_files.h"
#include "core/parts.h"

namespace boathouse::core {

// 3 to 63 of [a-z0-9.-], begun and ended by a letter or digit, no two dots beside each other, no IPv4 address.
// Error{invalid_argument, code "bad-bucket-name"}.
void check_bucket_name(std::string_view name);

class Buckets {
 public:
  Buckets(const Parts& parts, ObjectFiles& files) : parts_(parts), files_(files) {}

  // Error{already_exists, "bucket-exists"}.
  meta::BucketRow create(const meta::WorkspaceRow& workspace, const std::string& name, bool default_trigger,
                         const ObjectTags& tags = {}) const;
  // Error{not_found, "no-such-bucket"}.
  meta::BucketRow find(const meta::WorkspaceRow& workspace, const std::string& name) const;
  // The bucket of that name, made where there is none yet; any number of callers may ask for one at once.
  meta::BucketRow find_or_create(const meta::WorkspaceRow& workspace, const std::string& name,
                                 bool default_trigger) const;
  // By name.
  std::vector<meta::BucketRow> list(const meta::WorkspaceRow& workspace) const;
  // What of it its owner may change; see meta/bucket_store.h. Error{not_found, "no-such-bucket"}.
  void change(const meta::BucketRow& bucket, const meta::BucketChange& change) const;
  // Error{conflict, "bucket-not-empty"}: it holds versions or markers. Uploads that were not ended go with it.
  void remove(const meta::BucketRow& bucket) const;

 private:
  const Parts& parts_;
  ObjectFiles& files_;
};

}  // namespace boathouse::core
