// SPDX-License-Identifier: Apache-2.0
// A contract: what a table promises about its rows (columns in order, their types and rules, key, limits). It is read
// from JSON (the body of PUT .../contract, and what the metadata store keeps) or from TOML (tables/T.toml); both walk
// the same checks, so a Contract that exists is sound: names are unique, every rule fits its column's type, patterns
// compile. Values of rules are kept as the strict text of the column's type (API: "the column's text").
// All functions are pure and may be called from any thread; wrong input throws Error{invalid_argument} whose detail has
// `column` (absent for the table's own keys) and `key`.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "batch/types.h"

namespace boathouse::core {

enum class UnknownColumns { reject, ignore, add };
std::string_view to_string(UnknownColumns value);

struct ContractColumn {
  std::string name;
  batch::ColumnType type;
  bool required = false;
  std::optional<std::string> min;  // inclusive, text of the type; so are max, values and default_value
  std::optional<std::string> max;
  std::optional<std::string> pattern;      // RE2, matches the whole value
  std::vector<std::string> values;         // empty: any
  std::optional<std::int64_t> min_length;  // code points
  std::optional<std::int64_t> max_length;
  std::optional<std::string> format;  // strptime, for DATE, TIMESTAMP and TIMESTAMPTZ
  bool unique = false;
  std::optional<std::string> default_value;
  std::string description;

  bool operator==(const ContractColumn&) const = default;
};

struct Contract {
  std::string description;
  // The upsert key: names as the columns write them. A row without a value in one of them is accepted by an append
  // (unless `required` says otherwise) and refused by an upsert, since it could never be found again.
  std::vector<std::string> key;
  std::optional<std::int64_t> max_rows;  // per upload
  UnknownColumns unknown_columns = UnknownColumns::reject;
  std::vector<std::string> partition;  // Iceberg transforms as text: "day(hired_at)", "bucket[8](id)", "country"
  std::optional<std::int64_t> keep_versions;
  std::optional<base::Duration> keep_for;
  std::vector<ContractColumn> columns;

  // The column of that name, compared without case; nullptr when there is none.
  const ContractColumn* find(std::string_view name) const;
  bool operator==(const Contract&) const = default;
};

inline constexpr std::size_t kMaxContractColumns = 5000;

// From the JSON form: the list of columns is `columns`. Unknown fields are errors that name them.
Contract parse_contract_json(const boost::json::value& body);
// The canonical JSON form: only what was said, in a fixed order; parse_contract_json gives the same contract back.
boost::json::object to_json(const Contract& contract);

// One contract file: the contract and the workspace that it names, if any.
struct ContractFile {
  Contract contract;
  std::optional<std::string> workspace;
  int workspace_line = 1;
};
// A mistake in a file of the installation, "FILE:LINE: KEY: message" as text.
struct FileProblem {
  std::string file;
  int line = 1;
  std::string key;  // empty when the file as a whole is wrong
  std::string message;

  std::string to_text() const;
};
// From TOML: the list of columns is `[[column]]`. All mistakes of the file are appended to `problems`; nullopt when
// there was one.
std::optional<ContractFile> parse_contract_toml(std::string_view text, const std::string& file,
                                                std::vector<FileProblem>& problems);

}  // namespace boathouse::core
