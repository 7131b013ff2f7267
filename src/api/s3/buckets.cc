// SPDX-License-Identifier: Apache-2.0
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "core/aws_account.h"
#include "net/response.h"

namespace boathouse::api::s3 {
namespace {

// Files under data/ become rows unless their owner says that they shall not, or how.
bool wants_default_trigger(const Call& call) {
  const std::string wanted = base::fold_case(net::trim(call.request.headers.get("x-boathouse-triggers", "default")));
  if (wanted == "none") return false;
  if (wanted != "default") throw refusal("InvalidArgument", "x-boathouse-triggers is default or none.");
  return call.services.triggers.wants_default(call.workspace, call.bucket_name);
}

}  // namespace

net::Response list_buckets(Call& call) {
  const std::string prefix = call.parameter("prefix").value_or("");
  XmlAnswer answer("ListAllMyBucketsResult");
  add_owner(answer.root(), "Owner");
  pugi::xml_node list = answer.root().append_child("Buckets");
  for (const meta::BucketRow& bucket : call.services.buckets.list(call.workspace)) {
    if (!bucket.name.starts_with(prefix)) continue;
    pugi::xml_node node = list.append_child("Bucket");
    add_text(node, "Name", bucket.name);
    add_time(node, "CreationDate", bucket.created_at);
  }
  return answer.to_response();
}

// A <CreateBucketConfiguration> says only where, and every place is this one.
net::Response create_bucket(Call& call) {
  refuse_unkept_promises(call.request);
  if (!call.body.empty()) XmlBody(call.body, "CreateBucketConfiguration");
  call.services.buckets.create(call.workspace, call.bucket_name, wants_default_trigger(call));
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
