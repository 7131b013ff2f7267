// SPDX-License-Identifier: Apache-2.0
#include "iceberg/snapshot.h"

#include <array>

#include "base/numbers.h"
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace {

constexpr std::array<std::string_view, 4> kOperations{"append", "overwrite", "replace", "delete"};

std::string write_snapshot(const Snapshot::Parts& parts, Operation operation,
                           const std::map<std::string, std::string>& summary) {
  std::string out = fmt::format(R"({{"sequence-number":{},"snapshot-id":{},)", parts.sequence_number, parts.id);
  if (parts.parent_id) out += fmt::format(R"("parent-snapshot-id":{},)", *parts.parent_id);
  out += fmt::format(R"("timestamp-ms":{},"summary":{{"operation":"{}")", parts.timestamp_ms, to_string(operation));
  for (const auto& [key, value] : summary) out += "," + json_quote(key) + ":" + json_quote(value);
  out += "},\"manifest-list\":" + json_quote(parts.manifest_list);
  if (parts.schema_id) out += fmt::format(R"(,"schema-id":{})", *parts.schema_id);
  return out + "}";
}

}  // namespace

std::string_view to_string(Operation operation) { return kOperations[static_cast<std::size_t>(operation)]; }

std::optional<Operation> parse_operation(std::string_view text) {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i] == text) return static_cast<Operation>(i);
  }
  return std::nullopt;
}

Snapshot::Snapshot(Parts parts, Operation operation, const std::map<std::string, std::string>& summary)
    : parts_(std::move(parts)), operation_(operation), json_(write_snapshot(parts_, operation_, summary)) {}

Snapshot::Snapshot(Parts parts, Operation operation, std::string json)
    : parts_(std::move(parts)), operation_(operation), json_(std::move(json)) {}

std::map<std::string, std::string> Snapshot::summary() const {
  std::map<std::string, std::string> summary;
  boost::json::value value = parse_json(json_);
  if (const boost::json::value* object = find(as_object(value, "snapshot"), "summary")) {
    for (const auto& [key, text] : as_object(*object, "summary")) {
      if (key != "operation") summary.emplace(key, as_string(text, key));
    }
  }
  return summary;
}

SnapshotTotals totals(const Snapshot& snapshot) {
  std::map<std::string, std::string> summary = snapshot.summary();
  auto number = [&](const char* key) {
    auto found = summary.find(key);
    return found == summary.end() ? 0 : base::parse_number<std::int64_t>(found->second).value_or(0);
  };
  return {number("total-records"),    number("total-position-deletes"), number("total-equality-deletes"),
          number("total-data-files"), number("total-delete-files"),     number("total-files-size")};
}

}  // namespace boathouse::iceberg
