// SPDX-License-Identifier: Apache-2.0
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "base/error.h"

namespace boathouse::api::s3 {

net::Response written_answer(const meta::BucketRow& bucket, const meta::ObjectRow& row) {
  net::Response response = net::empty_response(200).with("ETag", '"' + row.etag + '"');
  add_version(response, bucket, row.version);
  if (auto checksum = core::parse_object_facts(row.facts).checksum) add_checksum(response, *checksum);
  return response;
}

Finish put_object(Incoming& incoming) {
  const net::Request& request = incoming.call.request;
  refuse_unkept_promises(request);
  core::NewObject object{.key = incoming.call.key,
                         .facts = facts_of(request),
                         .tags = tags_of(request),
                         .condition = condition_of(request),
                         .by = incoming.call.actor()};
  if (incoming.checksum) object.facts.checksum = core::Checksum{.kind = *incoming.checksum};
  return [object = std::move(object)](Incoming& come) {
    return written_answer(come.bucket, come.call.services.objects.finish(come.bucket, object, *come.writer));
  };
}

}  // namespace boathouse::api::s3
