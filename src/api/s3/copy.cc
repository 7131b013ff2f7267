// SPDX-License-Identifier: Apache-2.0
#include "api/s3/copy_source.h"
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

// COPY unless the header says REPLACE.
bool replaces(const net::Request& request, const char* header) {
  const std::string directive(request.headers.get(header, "COPY"));
  if (directive == "REPLACE") return true;
  if (directive == "COPY") return false;
  throw refusal("InvalidArgument", "Unknown directive: " + directive);
}

// Onto itself nothing would change.
void check_not_itself(const Call& call, const CopySource& source, bool changes_facts) {
  const bool same =
      source.bucket.name == call.bucket_name && source.opened.row.key == call.key && !source.version.has_value();
  if (!same || changes_facts || source.bucket.versioning != meta::Versioning::never) return;
  throw refusal("InvalidRequest",
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                "object's metadata, storage class, website redirect location or encryption attributes.");
}

}  // namespace

net::Response copy_object(Call& call) {
  refuse_unkept_promises(call.request);
  meta::BucketRow bucket = call.bucket();
  const auto checksum = wanted_checksum(call.request);
  CopySource source = copy_source_of(call);
  if (source.opened.bytes.size() > kMostBytes) {
    throw refusal("InvalidRequest", "The specified copy source is larger than 5 GiB: copy it in parts.");
  }
  const bool new_facts = replaces(call.request, "x-amz-metadata-directive");
  const bool new_tags = replaces(call.request, "x-amz-tagging-directive");
  const bool new_headers =
      call.request.headers.has("x-amz-storage-class") || call.request.headers.has("x-amz-website-redirect-location");
  check_not_itself(call, source, new_facts || new_tags || new_headers);
  const core::ObjectFacts theirs = core::parse_object_facts(source.opened.row.facts);
  core::NewObject object{.key = call.key,
                         .facts = new_facts ? facts_of(call.request) : theirs,
                         .tags = new_tags ? tags_of(call.request) : core::parse_tags(source.opened.row.tags),
                         .condition = condition_of(call.request),
                         .by = call.actor()};
  take_redirect(object.facts, call.request);
  object.facts.checksum = checksum ? core::Checksum{.kind = *checksum} : theirs.checksum;
  meta::ObjectRow row = call.services.objects.copy(source.opened, bucket, std::move(object));
  XmlAnswer answer("CopyObjectResult");
  add_copied(answer.root(), row.etag, row.at);
  if (auto kept = core::parse_object_facts(row.facts).checksum) {
    add_checksum(answer.root(), *kept);
    add_checksum_type(answer.root(), kept->composite);
  }
  net::Response response = answer.to_response();
  add_version(response, bucket, row.version);
  tell_source(response, source);
  return response;
}

}  // namespace boathouse::api::s3
