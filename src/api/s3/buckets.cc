// SPDX-License-Identifier: Apache-2.0
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/tag_xml.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "core/aws_account.h"
#include "net/response.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::int64_t kMostBuckets = 10'000;

// Files under data/ become rows unless their owner says that they shall not, or how.
bool wants_default_trigger(const Call& call) {
  const std::string wanted = base::fold_case(net::trim(call.request.headers.get("x-boathouse-triggers", "default")));
  if (wanted == "none") return false;
  if (wanted != "default") throw refusal("InvalidArgument", "x-boathouse-triggers is default or none.");
  return call.services.triggers.wants_default(call.workspace, call.bucket_name);
}

// Nothing is owned by anybody else, whichever is asked for.
void check_ownership(const net::Request& request) {
  const std::string_view owner = request.headers.get("x-amz-object-ownership", "BucketOwnerEnforced");
  if (owner == "BucketOwnerEnforced" || owner == "BucketOwnerPreferred" || owner == "ObjectWriter") return;
  throw refusal("InvalidArgument", "Invalid x-amz-object-ownership header: " + std::string(owner));
}

}  // namespace

// A page of them where the caller asks for pages; the token is the last name of the page before.
net::Response list_buckets(Call& call) {
  const std::string prefix = call.parameter("prefix").value_or("");
  const auto limit = call.number("max-buckets", 1, kMostBuckets);
  const std::string after = call.parameter("continuation-token").value_or("");
  XmlAnswer answer("ListAllMyBucketsResult");
  add_owner(answer.root(), "Owner");
  pugi::xml_node list = answer.root().append_child("Buckets");
  std::string last;
  std::int64_t told = 0;
  for (const meta::BucketRow& bucket : call.services.buckets.list(call.workspace)) {
    if (!bucket.name.starts_with(prefix) || bucket.name <= after) continue;
    if (limit && told == *limit) {
      add_text(answer.root(), "ContinuationToken", last);
      break;
    }
    ++told;
    last = bucket.name;
    pugi::xml_node node = list.append_child("Bucket");
    add_text(node, "Name", bucket.name);
    add_time(node, "CreationDate", bucket.created_at);
  }
  if (!prefix.empty()) add_text(answer.root(), "Prefix", prefix);
  return answer.to_response();
}

// Where it is to be does not matter: every place is this one.
net::Response create_bucket(Call& call) {
  refuse_unkept_promises(call.request);
  check_ownership(call.request);
  core::ObjectTags tags;
  if (!call.body.empty()) {
    XmlBody body(call.body, "CreateBucketConfiguration");
    tags = read_tag_nodes(body.root.child("Tags"), kMostBucketTags);
  }
  call.services.buckets.create(call.workspace, call.bucket_name, wants_default_trigger(call), tags);
  return net::empty_response(200).with("Location", "/" + call.bucket_name);
}

net::Response head_bucket(Call& call) {
  require_bucket(call);
  return net::empty_response(200).with("x-amz-bucket-region", std::string(core::kRegion));
}

net::Response delete_bucket(Call& call) {
  call.services.buckets.remove(call.bucket());
  return net::empty_response(204);
}

}  // namespace boathouse::api::s3
