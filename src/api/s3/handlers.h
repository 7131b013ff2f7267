// SPDX-License-Identifier: Apache-2.0
// The door's operations, as the table in operation.cc names them. Each is given a call that is signed and decided about.
#pragma once

#include "api/s3/call.h"
#include "api/s3/incoming.h"
#include "net/response.h"

namespace boathouse::api::s3 {

// buckets.cc
net::Response list_buckets(Call& call);
net::Response create_bucket(Call& call);
net::Response head_bucket(Call& call);
net::Response delete_bucket(Call& call);

// bucket_settings.cc
net::Response get_location(Call& call);
net::Response get_versioning(Call& call);
net::Response put_versioning(Call& call);
net::Response get_notification(Call& call);
net::Response put_notification(Call& call);
net::Response get_bucket_tags(Call& call);
net::Response put_bucket_tags(Call& call);
net::Response delete_bucket_tags(Call& call);
net::Response get_acl(Call& call);
net::Response put_acl(Call& call);
net::Response get_request_payment(Call& call);
net::Response get_ownership(Call& call);
// Settings that no bucket has: AWS's own error for each, or an empty answer.
net::Response get_absent_setting(Call& call);

// listing.cc
net::Response list_objects_v1(Call& call);
net::Response list_objects_v2(Call& call);
net::Response list_object_versions(Call& call);

// put.cc
Finish put_object(Incoming& incoming);
// What is told of a version that was written.
net::Response written_answer(const meta::BucketRow& bucket, const meta::ObjectRow& row);

// get.cc
net::Response get_object(Call& call);

// attributes.cc
net::Response get_object_attributes(Call& call);

// lake_ingress.cc
// Error "no-such-bucket".
void require_bucket(const Call& call);
net::Response get_ingress_object(Call& call);

// delete.cc
net::Response delete_object(Call& call);
net::Response delete_objects(Call& call);

// copy.cc
net::Response copy_object(Call& call);

// object_tags.cc
net::Response get_object_tags(Call& call);
net::Response put_object_tags(Call& call);
net::Response delete_object_tags(Call& call);

// multipart.cc
net::Response create_upload(Call& call);
Finish put_part(Incoming& incoming);
net::Response copy_part(Call& call);
net::Response complete_upload(Call& call);
net::Response abort_upload(Call& call);
net::Response list_parts(Call& call);
net::Response list_uploads(Call& call);

}  // namespace boathouse::api::s3
