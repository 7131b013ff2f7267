// SPDX-License-Identifier: Apache-2.0
#include "api/s3/reading.h"

#include <array>

#include "api/s3/errors.h"
#include "core/object_errors.h"

namespace boathouse::api::s3 {
namespace {

// Query parameters that put a header of their own in the place of the object's.
constexpr std::array<std::pair<const char*, const char*>, 6> kOverrides{{
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
}};

}  // namespace

net::Selection select_range(const net::Request& request, const net::Validators& validators, std::uint64_t whole) {
  net::Selection selection = net::select_part(request, validators, whole);
  if (selection.status == 412) throw core::condition_failed();
  if (selection.status == 416) throw refusal("InvalidRange", "The requested range is not satisfiable");
  return selection;
}

void add_overrides(net::Response& response, const net::Request& request) {
  for (const auto& [parameter, header] : kOverrides) {
    const std::string* value = request.query.find(parameter);
    if (value == nullptr) continue;
    if (!net::is_field_value(*value)) throw refusal("InvalidArgument", std::string(parameter) + " is no header value.");
    response.headers.set(header, *value);
  }
}

}  // namespace boathouse::api::s3
