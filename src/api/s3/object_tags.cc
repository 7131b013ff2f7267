// SPDX-License-Identifier: Apache-2.0
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/tag_xml.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::size_t kMostTags = 10;

net::Response set_tags(const Call& call, const core::ObjectTags& tags, int status) {
  meta::BucketRow bucket = call.bucket();
  const std::string version = call.services.objects.set_tags(bucket, call.key, call.version(), tags);
  net::Response response = net::empty_response(status);
  add_version(response, bucket, version);
  return response;
}

}  // namespace

net::Response get_object_tags(Call& call) {
  meta::BucketRow bucket = call.bucket();
  meta::ObjectRow row = call.services.objects.find(bucket, call.key, call.version());
  net::Response response = tags_answer(core::parse_tags(row.tags));
  add_version(response, bucket, row.version);
  return response;
}

net::Response put_object_tags(Call& call) { return set_tags(call, read_tags(call.body, kMostTags), 200); }

net::Response delete_object_tags(Call& call) { return set_tags(call, {}, 204); }

}  // namespace boathouse::api::s3
