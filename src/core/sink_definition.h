// SPDX-License-Identifier: Apache-2.0
// What a sink is said to be: read from `[[sink]]` of sinks.toml or from the body of PUT .../sinks/NAME, by the same checks,
// and the part of it that is no secret as the metadata store keeps it. Pure, any thread.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contract_reader.h"

namespace boathouse::core {

inline constexpr std::string_view kPostgresql = "postgresql";

// How columns are typed there.
enum class SinkTypes {
  faithful,  // each by its own
  simple,    // numbers NUMERIC, dates and times of day with a date TIMESTAMP, all else TEXT
};
std::string_view to_string(SinkTypes types);

struct SinkOptions {
  std::string schema = "public";
  SinkTypes types = SinkTypes::faithful;

  bool operator==(const SinkOptions&) const = default;
};
std::string to_json(const SinkOptions& options);
SinkOptions sink_options_from(std::string_view json);

struct SinkDefinition {
  std::string name;
  std::string url;  // with its password
  SinkOptions options;
  std::optional<std::vector<std::string>> tables;  // "T", or "WS.T" of another workspace
};

// The value of an environment variable; nullopt when it is not set.
using VariableLookup = std::function<std::optional<std::string>(const std::string&)>;

// Mistakes go to the reader's problems; the result is whole only if there are none. `name` is read where `named` is empty.
SinkDefinition read_sink(FieldReader& fields, const VariableLookup& environment, const std::string& named = {});

// The same from a body; Error{invalid_argument} with the first mistake, and its `field`.
SinkDefinition parse_sink(const boost::json::object& body, const VariableLookup& environment, const std::string& name);

}  // namespace boathouse::core
