// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/tag_xml.h"
#include "api/s3/xml.h"

namespace boathouse::api::s3 {
namespace {

struct Absent {
  const char* subresource;
  const char* error;  // nullptr: an empty answer
  const char* root;
};

constexpr std::array kAbsent{
    Absent{"policy", "NoSuchBucketPolicy", ""},
    Absent{"cors", "NoSuchCORSConfiguration", ""},
    Absent{"lifecycle", "NoSuchLifecycleConfiguration", ""},
    Absent{"encryption", "ServerSideEncryptionConfigurationNotFoundError", ""},
    Absent{"object-lock", "ObjectLockConfigurationNotFoundError", ""},
    Absent{"publicAccessBlock", "NoSuchPublicAccessBlockConfiguration", ""},
    Absent{"website", "NoSuchWebsiteConfiguration", ""},
    Absent{"replication", "ReplicationConfigurationNotFoundError", ""},
    Absent{"logging", nullptr, "BucketLoggingStatus"},
    Absent{"accelerate", nullptr, "AccelerateConfiguration"},
};

// A key or a bucket that is not there has no access list either.
void require_target(const Call& call) {
  meta::BucketRow bucket = call.bucket();
  if (!call.key.empty()) call.services.objects.find(bucket, call.key, call.version());
}

net::Response set_bucket_tags(const Call& call, const core::ObjectTags& tags) {
  call.services.buckets.change(call.bucket(), [&](meta::BucketRow& row) { row.tags = core::tags_to_json(tags); });
  return net::empty_response(204);
}

}  // namespace

// An empty location is us-east-1.
net::Response get_location(Call& call) {
  require_bucket(call);
  return XmlAnswer("LocationConstraint").to_response();
}

net::Response get_versioning(Call& call) {
  meta::BucketRow bucket = call.bucket();
  XmlAnswer answer("VersioningConfiguration");
  if (bucket.versioning != meta::Versioning::never) {
    add_text(answer.root(), "Status", bucket.versioning == meta::Versioning::enabled ? "Enabled" : "Suspended");
  }
  return answer.to_response();
}

net::Response put_versioning(Call& call) {
  meta::BucketRow bucket = call.bucket();
  XmlBody body(call.body, "VersioningConfiguration");
  const std::string_view status = body.root.child("Status").text().get();
  if (status != "Enabled" && status != "Suspended") throw malformed_xml();
  const std::string_view deletion = body.root.child("MfaDelete").text().get();
  if (deletion == "Enabled") throw refusal("NotImplemented", "MFA delete is not implemented.");
  const meta::Versioning wanted = status == "Enabled" ? meta::Versioning::enabled : meta::Versioning::suspended;
  call.services.buckets.change(bucket, [&](meta::BucketRow& row) { row.versioning = wanted; });
  return net::empty_response(200);
}

net::Response get_bucket_tags(Call& call) {
  core::ObjectTags tags = core::parse_tags(call.bucket().tags);
  if (tags.empty()) throw refusal("NoSuchTagSet", "The TagSet does not exist");
  return tags_answer(tags);
}

net::Response put_bucket_tags(Call& call) { return set_bucket_tags(call, read_tags(call.body, kMostBucketTags)); }

net::Response delete_bucket_tags(Call& call) { return set_bucket_tags(call, {}); }

net::Response get_acl(Call& call) {
  require_target(call);
  XmlAnswer answer("AccessControlPolicy");
  add_owner(answer.root(), "Owner");
  pugi::xml_node grant = answer.root().append_child("AccessControlList").append_child("Grant");
  pugi::xml_node grantee = grant.append_child("Grantee");
  grantee.append_attribute("xmlns:xsi") = "http://www.w3.org/2001/XMLSchema-instance";
  grantee.append_attribute("xsi:type") = "CanonicalUser";
  add_text(grantee, "ID", "boathouse");
  add_text(grantee, "DisplayName", "boathouse");
  add_text(grant, "Permission", "FULL_CONTROL");
  return answer.to_response();
}

// Private is what everything is.
net::Response put_acl(Call& call) {
  refuse_unkept_promises(call.request);
  require_target(call);
  if (!call.body.empty()) {
    XmlBody body(call.body, "AccessControlPolicy");
    for (pugi::xml_node grant : body.root.child("AccessControlList").children("Grant")) {
      if (grant.child("Grantee").child("URI")) {
        throw refusal("NotImplemented", "Buckets and objects are private to their workspace.");
      }
    }
  }
  return net::empty_response(200);
}

net::Response get_ownership(Call& call) {
  call.bucket();
  XmlAnswer answer("OwnershipControls");
  add_text(answer.root().append_child("Rule"), "ObjectOwnership", "BucketOwnerEnforced");
  return answer.to_response();
}

net::Response get_request_payment(Call& call) {
  call.bucket();
  XmlAnswer answer("RequestPaymentConfiguration");
  add_text(answer.root(), "Payer", "BucketOwner");
  return answer.to_response();
}

net::Response get_absent_setting(Call& call) {
  call.bucket();
  for (const Absent& absent : kAbsent) {
    if (!call.request.query.has(absent.subresource)) continue;
    if (absent.error == nullptr) return XmlAnswer(absent.root).to_response();
    throw refusal(absent.error, fmt::format("The bucket has no {} configuration.", absent.subresource));
  }
  throw refusal("NotImplemented", "This setting is not implemented.");
}

}  // namespace boathouse::api::s3
