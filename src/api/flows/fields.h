// SPDX-License-Identifier: Apache-2.0
// The fields of a request at this door: a JSON object or a form, of which what nobody asks for is ignored. As its clients
// are used to, a field that is null, empty, 0 or false counts as not given, and a number is as good as its text. Wrong ones
// are Error{invalid_argument} with `field` as detail. One request, one thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/request.h"

namespace boathouse::api::flows {

inline constexpr std::size_t kMaxBody = 1 << 20;

class Fields {
 public:
  // `body` is the whole of it. No Content-Type, or another one, means no fields.
  Fields(const net::Request& request, std::string_view body);

  // Empty where it is not given.
  std::string text(std::string_view name) const;
  // nullopt where it is absent; "" for null.
  std::optional<std::string> change(std::string_view name) const;
  // The number of a flow, task or the like, out of the body or the query: 0 where it is not given, -1 for what is none.
  std::int64_t number(std::string_view name) const;
  // As it came; null where it is absent.
  const boost::json::value& any(std::string_view name) const;
  // The same of a field that is no text, which a form has as JSON; null for an empty text.
  boost::json::value structured(std::string_view name) const;
  bool has(std::string_view name) const { return values_.contains(name); }

 private:
  const net::Request& request_;
  boost::json::object values_;
};

}  // namespace boathouse::api::flows
