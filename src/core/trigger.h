// SPDX-License-Identifier: Apache-2.0
// A trigger as people write it: which objects of a bucket become rows, of which table, and how. Values and pure functions;
// any thread. Wrong input is Error{invalid_argument} with the field as detail `field`.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_format.h"
#include "meta/trigger_store.h"

namespace boathouse::core {

// What new buckets are given, and the function that files were handed to before.
inline constexpr std::string_view kDefaultTrigger = "DataPipelineStack-DataProcessorFunction";
inline constexpr std::string_view kDefaultPrefix = "data/";

struct Trigger {
  std::string name{};
  std::string bucket{};
  std::string prefix{kDefaultPrefix};
  std::string suffix{};
  std::optional<std::string> table{};               // nullopt: the file's name without its extension
  std::optional<WriteMode> mode{};                  // nullopt: auto, as FileRules has it (ingest.h)
  std::vector<std::string> key{};                   // of an upsert; empty: the contract's, else a natural one
  std::optional<std::vector<std::string>> sinks{};  // names; nullopt: every one of the workspace
  FileOptions file{};
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

// Reads the fields of a body or file beside `name`; what is not a field of a trigger is an error.
Trigger parse_trigger(std::string name, const boost::json::object& fields);
// The same fields, all of them; without times.
boost::json::object to_json(const Trigger& trigger);

meta::TriggerRow row_of(const Trigger& trigger, const base::WorkspaceId& workspace);
Trigger trigger_of(const meta::TriggerRow& row);
// The one that a bucket has as long as nobody gave it another.
Trigger default_trigger(std::string bucket);

// Whether a created object becomes a run. What clients make as a folder, a key that ends in '/', never does.
bool matches(const Trigger& trigger, std::string_view key);
// The table that an object's rows go to. Error{invalid_argument} for a file whose name gives none.
std::string table_for(const Trigger& trigger, std::string_view key);

}  // namespace boathouse::core
