// SPDX-License-Identifier: Apache-2.0
#include "api/s3/copy_source.h"

#include "api/s3/errors.h"
#include "api/s3/object_headers.h"
#include "api/s3/operation.h"
#include "api/s3/reading.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "core/lake_ingress.h"
#include "core/object_errors.h"
#include "net/conditional.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::string_view kVersion = "?versionId=";

struct Named {
  std::string bucket;
  std::string key;
  std::optional<std::string> version;
};

// "[/]<bucket>/<key>[?versionId=<id>]", percent-encoded.
Named read_source(std::string_view text) {
  auto refuse = [] {
    return refusal("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  };
  Named named;
  const std::size_t version = text.rfind(kVersion);
  if (version != std::string_view::npos) {
    named.version = text.substr(version + kVersion.size());
    text = text.substr(0, version);
    if (named.version->empty()) throw empty_version();
  }
  auto path = base::percent_decode(text);
  if (!path) throw refuse();
  std::string_view rest = *path;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == rest.size()) throw refuse();
  named.bucket = rest.substr(0, slash);
  named.key = rest.substr(slash + 1);
  return named;
}

// The conditions of a copy are those of a read, under other names.
void check_conditions(const Call& call, const meta::ObjectRow& row) {
  net::Request asked = conditions_of(call.request, "x-amz-copy-source-");
  asked.headers.remove("Range");  // of the part that is copied
  const int status = net::select_part(asked, validators_of(row), static_cast<std::uint64_t>(row.size)).status;
  if (status != 200) throw core::condition_failed();
}

}  // namespace

CopySource copy_source_of(const Call& call) {
  Named named = read_source(call.request.headers.get(kCopySource));
  if (core::is_lake_ingress(named.bucket)) {
    throw refusal("NotImplemented",
                  named.bucket + " shows documents, which are not copied: get the object and put it.");
  }
  meta::BucketRow bucket = call.services.buckets.find(call.workspace, named.bucket);
  core::Objects::Opened opened = call.services.objects.open(bucket, named.key, named.version);
  check_conditions(call, opened.row);
  return {.bucket = std::move(bucket), .version = std::move(named.version), .opened = std::move(opened)};
}

void tell_source(net::Response& response, const CopySource& source) {
  if (source.bucket.versioning == meta::Versioning::never) return;
  response.headers.set("x-amz-copy-source-version-id", source.opened.row.version);
}

void add_copied(pugi::xml_node root, const std::string& etag, base::Micros at) {
  add_time(root, "LastModified", at);
  add_etag(root, etag);
}

}  // namespace boathouse::api::s3
