// SPDX-License-Identifier: Apache-2.0
// Reading Iceberg's JSON strictly: what is missing or of the wrong kind is Error{internal}, code "damaged-metadata", that
// names the key. Integers stay exact over all 64 bits. Any thread.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace boathouse::iceberg {

[[noreturn]] inline void damaged(const std::string& what) {
  throw base::Error(base::ErrorKind::internal, "the table's metadata is damaged: " + what).code("damaged-metadata");
}

// Deeper nesting than any schema of ours (64 levels, three JSON levels each) is refused by the parser.
boost::json::value parse_json(std::string_view text);

const boost::json::object& as_object(const boost::json::value& value, std::string_view what);
const boost::json::array& as_array(const boost::json::value& value, std::string_view what);
std::string as_string(const boost::json::value& value, std::string_view what);
bool as_bool(const boost::json::value& value, std::string_view what);
std::int64_t as_int64(const boost::json::value& value, std::string_view what);
int as_int(const boost::json::value& value, std::string_view what);

// A member that may be absent or null: nullptr then.
const boost::json::value* find(const boost::json::object& object, std::string_view key);
// A member that must be there.
const boost::json::value& need(const boost::json::object& object, std::string_view key);

inline std::int64_t need_int64(const boost::json::object& object, std::string_view key) {
  return as_int64(need(object, key), key);
}
inline int need_int(const boost::json::object& object, std::string_view key) { return as_int(need(object, key), key); }
inline std::string need_string(const boost::json::object& object, std::string_view key) {
  return as_string(need(object, key), key);
}
std::optional<std::int64_t> find_int64(const boost::json::object& object, std::string_view key);
std::optional<int> find_int(const boost::json::object& object, std::string_view key);
std::optional<std::string> find_string(const boost::json::object& object, std::string_view key);

}  // namespace boathouse::iceberg
