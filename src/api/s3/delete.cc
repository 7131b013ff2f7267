// SPDX-License-Identifier: Apache-2.0
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/xml.h"
#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::size_t kMostKeys = 1000;

struct Wanted {
  std::string key;
  std::optional<std::string> version;
  meta::ObjectCondition condition;
};

std::vector<Wanted> read_wanted(pugi::xml_node root) {
  std::vector<Wanted> all;
  for (pugi::xml_node object : root.children("Object")) {
    Wanted wanted{.key = object.child("Key").text().get(), .version = std::nullopt, .condition = {}};
    if (const std::string version = object.child("VersionId").text().get(); !version.empty()) wanted.version = version;
    if (wanted.key.empty()) throw malformed_xml();
    if (object.child("LastModifiedTime") || object.child("Size")) {
      throw refusal("NotImplemented", "Conditions of a delete by Size or LastModifiedTime are not implemented.");
    }
    if (const std::string tag = object.child("ETag").text().get(); !tag.empty()) wanted.condition = etag_condition(tag);
    all.push_back(std::move(wanted));
  }
  if (all.empty() || all.size() > kMostKeys) throw malformed_xml();
  return all;
}

void remove_one(const Call& call, const meta::BucketRow& bucket, const Wanted& wanted, bool quiet,
                pugi::xml_node root) {
  try {
    core::check_object_key(wanted.key);
    core::DeletedObject done =
        call.services.objects.remove(bucket, wanted.key, wanted.version, wanted.condition, call.actor());
    if (quiet) return;
    pugi::xml_node node = root.append_child("Deleted");
    add_text(node, "Key", wanted.key);
    if (wanted.version) add_text(node, "VersionId", *wanted.version);
    if (!done.is_marker) return;
    add_flag(node, "DeleteMarker", true);
    add_text(node, "DeleteMarkerVersionId", done.version);
  } catch (const base::Error& error) {
    const NamedError what = named(call.request, error);
    pugi::xml_node node = root.append_child("Error");
    add_text(node, "Key", wanted.key);
    if (wanted.version) add_text(node, "VersionId", *wanted.version);
    add_text(node, "Code", what.code);
    add_text(node, "Message", what.message);
  }
}

}  // namespace

net::Response delete_object(Call& call) {
  meta::BucketRow bucket = call.bucket();
  core::DeletedObject done =
      call.services.objects.remove(bucket, call.key, call.version(), condition_of(call.request), call.actor());
  net::Response response = net::empty_response(204);
  add_version(response, bucket, done.version);
  if (done.is_marker) response.headers.set("x-amz-delete-marker", "true");
  return response;
}

net::Response delete_objects(Call& call) {
  meta::BucketRow bucket = call.bucket();
  XmlBody body(call.body, "Delete");
  const bool quiet = body.root.child("Quiet").text().as_bool();
  XmlAnswer answer("DeleteResult");
  for (const Wanted& wanted : read_wanted(body.root)) remove_one(call, bucket, wanted, quiet, answer.root());
  return answer.to_response();
}

}  // namespace boathouse::api::s3
