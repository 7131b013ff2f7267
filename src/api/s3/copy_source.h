// SPDX-License-Identifier: Apache-2.0
// The object that x-amz-copy-source names, once its conditions hold. Blocking.
#pragma once

#include "api/s3/call.h"
#include "api/s3/xml.h"

namespace boathouse::api::s3 {

struct CopySource {
  meta::BucketRow bucket;
  std::optional<std::string> version;  // as it was named
  core::Objects::Opened opened;
};

// Of a bucket that the caller may read, which is one of the same workspace. Errors "InvalidArgument", "NoSuchBucket",
// "NoSuchKey", "PreconditionFailed".
CopySource copy_source_of(const Call& call);
void tell_source(net::Response& response, const CopySource& source);
void add_copied(pugi::xml_node root, const std::string& etag, base::Micros at);

}  // namespace boathouse::api::s3
