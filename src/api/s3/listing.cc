// SPDX-License-Identifier: Apache-2.0
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/listing_xml.h"
#include "base/encoding.h"
#include "core/object_listing.h"

namespace boathouse::api::s3 {
namespace {

void add_listed_checksum(pugi::xml_node node, const meta::ObjectRow& row) {
  const auto checksum = core::parse_object_facts(row.facts).checksum;
  if (!checksum) return;
  add_text(node, "ChecksumAlgorithm", to_string(checksum->kind));
  add_checksum_type(node, checksum->composite);
}

void add_contents(ListingXml& xml, const std::vector<meta::ObjectRow>& rows, bool with_owner) {
  for (const meta::ObjectRow& row : rows) {
    pugi::xml_node node = xml.root().append_child("Contents");
    xml.add_key(node, "Key", row.key);
    add_time(node, "LastModified", row.at);
    add_etag(node, row.etag);
    add_listed_checksum(node, row);
    add_number(node, "Size", row.size);
    add_text(node, "StorageClass", "STANDARD");
    if (with_owner) add_owner(node, "Owner");
  }
}

core::ListingPage<meta::ObjectRow> objects_of(const Call& call, const core::ListingWanted& wanted) {
  if (core::is_lake_ingress(call.bucket_name)) return call.services.lake_ingress.list(call.workspace, wanted);
  return core::list_objects(call.services.parts, call.bucket(), wanted);
}

// Opaque to clients.
std::string token_of(const std::string& last) { return base::to_base64url(last); }
std::string from_token(const std::string& token) {
  auto last = base::from_base64url(token);
  if (!last || last->empty()) throw refusal("InvalidArgument", "The continuation token provided is incorrect");
  return *std::move(last);
}

}  // namespace

net::Response list_objects_v1(Call& call) {
  core::ListingWanted wanted = listing_of(call, "max-keys");
  wanted.after = call.parameter("marker").value_or("");
  auto page = objects_of(call, wanted);
  ListingXml xml("ListBucketResult", call, wanted);
  xml.add_key(xml.root(), "Marker", wanted.after);
  if (page.is_truncated && !wanted.delimiter.empty()) xml.add_key(xml.root(), "NextMarker", page.next);
  xml.add_end("MaxKeys", page.is_truncated);
  add_contents(xml, page.rows, true);
  xml.add_common_prefixes(page.common_prefixes);
  return xml.to_response();
}

net::Response list_objects_v2(Call& call) {
  if (call.parameter("list-type") != "2") throw refusal("InvalidArgument", "list-type must be 2");
  core::ListingWanted wanted = listing_of(call, "max-keys");
  auto token = call.parameter("continuation-token");
  auto start_after = call.parameter("start-after");
  wanted.after = token ? from_token(*token) : start_after.value_or("");
  auto page = objects_of(call, wanted);
  ListingXml xml("ListBucketResult", call, wanted);
  if (start_after) xml.add_key(xml.root(), "StartAfter", *start_after);
  if (token) add_text(xml.root(), "ContinuationToken", *token);
  if (page.is_truncated) add_text(xml.root(), "NextContinuationToken", token_of(page.next));
  add_number(xml.root(), "KeyCount", static_cast<std::int64_t>(page.rows.size() + page.common_prefixes.size()));
  xml.add_end("MaxKeys", page.is_truncated);
  add_contents(xml, page.rows, call.parameter("fetch-owner") == "true");
  xml.add_common_prefixes(page.common_prefixes);
  return xml.to_response();
}

net::Response list_object_versions(Call& call) {
  meta::BucketRow bucket = call.bucket();
  core::ListingWanted wanted = listing_of(call, "max-keys");
  wanted.after = call.parameter("key-marker").value_or("");
  wanted.after_id = call.parameter("version-id-marker").value_or("");
  if (wanted.after.empty() && !wanted.after_id.empty()) {
    throw refusal("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
  }
  auto page = core::list_versions(call.services.parts, bucket, wanted);
  ListingXml xml("ListVersionsResult", call, wanted);
  xml.add_key(xml.root(), "KeyMarker", wanted.after);
  add_text(xml.root(), "VersionIdMarker", wanted.after_id);
  if (page.is_truncated) {
    xml.add_key(xml.root(), "NextKeyMarker", page.next);
    if (!page.next_id.empty()) add_text(xml.root(), "NextVersionIdMarker", page.next_id);
  }
  xml.add_end("MaxKeys", page.is_truncated);
  for (const meta::ObjectRow& row : page.rows) {
    pugi::xml_node node = xml.root().append_child(row.is_marker ? "DeleteMarker" : "Version");
    xml.add_key(node, "Key", row.key);
    add_text(node, "VersionId", row.version);
    add_flag(node, "IsLatest", row.is_latest);
    add_time(node, "LastModified", row.at);
    if (!row.is_marker) {
      add_etag(node, row.etag);
      add_listed_checksum(node, row);
      add_number(node, "Size", row.size);
      add_text(node, "StorageClass", "STANDARD");
    }
    add_owner(node, "Owner");
  }
  xml.add_common_prefixes(page.common_prefixes);
  return xml.to_response();
}

}  // namespace boathouse::api::s3
