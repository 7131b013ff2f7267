// SPDX-License-Identifier: Apache-2.0
#include "api/s3/reading.h"

#include <array>

#include "api/s3/errors.h"
#include "base/encoding.h"
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

// Clients may leave out the quotes of an entity tag, which HTTP asks for.
std::string with_quotes(std::string_view tag) {
  tag = net::trim(tag);
  const bool is_bare = !tag.empty() && tag != "*" && tag.find('"') == std::string_view::npos;
  return is_bare ? fmt::format("\"{}\"", tag) : std::string(tag);
}

}  // namespace

net::Request conditions_of(const net::Request& request, std::string_view prefix) {
  net::Request asked;
  asked.method = "GET";
  for (const auto& [name, value] : request.headers.items) {
    const std::string folded = base::fold_case(name);
    if (!folded.starts_with(prefix)) continue;
    const std::string plain = folded.substr(prefix.size());
    if (plain == "if-match" || plain == "if-none-match") {
      asked.headers.add(plain, with_quotes(value));
    } else if (plain == "range" || plain.starts_with("if-")) {
      asked.headers.add(plain, value);
    }
  }
  return asked;
}

net::Selection select_range(const net::Request& request, const net::Validators& validators, std::uint64_t whole) {
  net::Selection selection = net::select_part(conditions_of(request), validators, whole);
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
