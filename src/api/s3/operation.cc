// SPDX-License-Identifier: Apache-2.0
#include "api/s3/operation.h"

#include <algorithm>
#include <array>

#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

using auth::Action;

// A part whose bytes are copied: the header and the parameter together.
constexpr std::string_view kCopiedPart = "uploadId, copied";

Operation read(std::string_view method, Level level, std::string_view subresource, net::Response (*run)(Call&)) {
  return {.method = method, .level = level, .subresource = subresource, .run = run};
}
Operation write(std::string_view method, Level level, std::string_view subresource, net::Response (*run)(Call&)) {
  return {.method = method, .level = level, .subresource = subresource, .action = Action::write, .run = run};
}
Operation with_document(Operation operation) {
  operation.takes_document = true;
  return operation;
}
Operation with_checksum_of_object(Operation operation) {
  operation.names_checksum = true;
  return operation;
}
Operation slow(Operation operation) {
  operation.slow = true;
  return operation;
}
Operation of_ingress(Operation operation, net::Response (*run)(Call&)) {
  operation.of_ingress = run;
  return operation;
}
Operation streamed(Level level, std::string_view subresource, Finish (*begin)(Incoming&)) {
  return {.method = "PUT", .level = level, .subresource = subresource, .action = Action::write, .begin = begin};
}

// A subresource goes before none; of several in one query the first line counts.
const std::vector<Operation>& table() {
  static const std::vector<Operation> operations{
      read("GET", Level::service, "", list_buckets),

      of_ingress(read("GET", Level::bucket, "location", get_location), get_location),
      read("GET", Level::bucket, "versioning", get_versioning),
      with_document(write("PUT", Level::bucket, "versioning", put_versioning)),
      read("GET", Level::bucket, "notification", get_notification),
      with_document(write("PUT", Level::bucket, "notification", put_notification)),
      read("GET", Level::bucket, "tagging", get_bucket_tags),
      with_document(write("PUT", Level::bucket, "tagging", put_bucket_tags)),
      write("DELETE", Level::bucket, "tagging", delete_bucket_tags),
      read("GET", Level::bucket, "acl", get_acl),
      with_document(write("PUT", Level::bucket, "acl", put_acl)),
      read("GET", Level::bucket, "requestPayment", get_request_payment),
      read("GET", Level::bucket, "policy", get_absent_setting),
      read("GET", Level::bucket, "cors", get_absent_setting),
      read("GET", Level::bucket, "lifecycle", get_absent_setting),
      read("GET", Level::bucket, "encryption", get_absent_setting),
      read("GET", Level::bucket, "object-lock", get_absent_setting),
      read("GET", Level::bucket, "publicAccessBlock", get_absent_setting),
      read("GET", Level::bucket, "ownershipControls", get_ownership),
      read("GET", Level::bucket, "website", get_absent_setting),
      read("GET", Level::bucket, "replication", get_absent_setting),
      read("GET", Level::bucket, "logging", get_absent_setting),
      read("GET", Level::bucket, "accelerate", get_absent_setting),
      read("GET", Level::bucket, "uploads", list_uploads),
      read("GET", Level::bucket, "versions", list_object_versions),
      of_ingress(read("GET", Level::bucket, "list-type", list_objects_v2), list_objects_v2),
      of_ingress(read("GET", Level::bucket, "", list_objects_v1), list_objects_v1),
      of_ingress(read("HEAD", Level::bucket, "", head_bucket), head_bucket),
      with_document(write("PUT", Level::bucket, "", create_bucket)),
      write("DELETE", Level::bucket, "", delete_bucket),
      slow(with_document(write("POST", Level::bucket, "delete", delete_objects))),

      read("GET", Level::object, "tagging", get_object_tags),
      with_document(write("PUT", Level::object, "tagging", put_object_tags)),
      write("DELETE", Level::object, "tagging", delete_object_tags),
      read("GET", Level::object, "acl", get_acl),
      with_document(write("PUT", Level::object, "acl", put_acl)),
      read("GET", Level::object, "attributes", get_object_attributes),
      read("GET", Level::object, "uploadId", list_parts),
      of_ingress(read("GET", Level::object, "", get_object), get_ingress_object),
      of_ingress(read("HEAD", Level::object, "", get_object), get_ingress_object),
      write("POST", Level::object, "uploads", create_upload),
      with_checksum_of_object(with_document(write("POST", Level::object, "uploadId", complete_upload))),
      write("DELETE", Level::object, "uploadId", abort_upload),
      slow(write("PUT", Level::object, kCopiedPart, copy_part)),
      slow(write("PUT", Level::object, kCopySource, copy_object)),
      streamed(Level::object, "uploadId", put_part),
      streamed(Level::object, "", put_object),
      write("DELETE", Level::object, "", delete_object),
  };
  return operations;
}

// Parameters that are none, also where nothing stands behind them; "response-.." and "X-Amz-.." too.
constexpr std::array<std::string_view, 17> kParameters{"continuation-token",
                                                       "delimiter",
                                                       "encoding-type",
                                                       "fetch-owner",
                                                       "key-marker",
                                                       "marker",
                                                       "max-keys",
                                                       "max-buckets",
                                                       "max-parts",
                                                       "max-uploads",
                                                       "part-number-marker",
                                                       "partNumber",
                                                       "prefix",
                                                       "upload-id-marker",
                                                       "start-after",
                                                       "versionId",
                                                       "version-id-marker"};

// S3 names what a request is about by a parameter without a value. One that is not known must not be taken for a request
// of the bucket or object itself.
bool is_subresource(const std::string& name, const std::string& value) {
  const std::string folded = base::fold_case(name);
  return value.empty() && !folded.starts_with("x-amz-") && !folded.starts_with("response-") &&
         std::ranges::find(kParameters, name) == kParameters.end();
}

bool names(const net::Request& request, std::string_view subresource) {
  const bool copies = request.headers.has(kCopySource);
  if (subresource == kCopySource) return copies;
  if (subresource == kCopiedPart) return copies && request.query.has("uploadId");
  return request.query.has(subresource);
}

// A subresource that is not this method's, or that nothing here knows.
void refuse_subresource(const net::Request& request) {
  auto refuse_named = [&](std::string_view subresource) {
    if (subresource.empty() || !request.query.has(subresource)) return;
    throw refusal("NotImplemented", fmt::format("{} {} is not implemented.", request.method, subresource));
  };
  for (const Operation& operation : table()) refuse_named(operation.subresource);
  for (const auto& [name, value] : request.query.items) {
    if (is_subresource(name, value)) refuse_named(name);
  }
}

}  // namespace

const Operation& operation_of(const net::Request& request, Level level) {
  const Operation* plain = nullptr;
  for (const Operation& operation : table()) {
    if (operation.method != request.method || operation.level != level) continue;
    if (operation.subresource.empty()) {
      plain = &operation;
    } else if (names(request, operation.subresource)) {
      return operation;
    }
  }
  refuse_subresource(request);
  if (plain != nullptr) return *plain;
  throw base::Error(base::ErrorKind::invalid_argument, "The specified method is not allowed against this resource.")
      .code("method-not-allowed");
}

}  // namespace boathouse::api::s3
