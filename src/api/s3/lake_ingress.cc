// SPDX-License-Identifier: Apache-2.0
// The operations of the bucket that shows documents (core/lake_ingress.h).
#include "core/lake_ingress.h"

#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/reading.h"

namespace boathouse::api::s3 {

void require_bucket(const Call& call) {
  if (!core::is_lake_ingress(call.bucket_name)) call.bucket();
}

net::Response get_ingress_object(Call& call) {
  core::IngressObject object = call.services.lake_ingress.find(call.workspace, call.key);
  const net::Validators validators = validators_of(object.row);
  const net::Selection selection = select_range(call.request, validators, object.bytes.size());
  net::Response response;
  net::tell_part(response, validators, selection);
  if (selection.status == 304) return response;
  add_facts(response, core::parse_object_facts(object.row.facts));
  add_overrides(response, call.request);
  if (call.request.method == "HEAD") {
    response.body = net::SourceBody{nullptr, selection.length};
  } else {
    response.body = object.bytes.substr(selection.offset, selection.length);
  }
  return response;
}

}  // namespace boathouse::api::s3
