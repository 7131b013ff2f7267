// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files_triggers.h"

#include "core/apply_files_entries.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// What a trigger's own reading says of its fields.
void tell(const base::Error& error, FieldReader& fields) {
  const json::value* named = error.detail().if_contains("field");
  const std::string field = named == nullptr ? "" : std::string(named->as_string());
  std::string message = error.message();
  // The key stands before the message already.
  if (!field.empty() && message.starts_with(field + " ")) message.erase(0, field.size() + 1);
  fields.problem(field, std::move(message));
}

TriggerEntry read_entry(json::object table, FieldReader& fields) {
  TriggerEntry entry;
  entry.workspace = read_workspace(fields);
  entry.trigger.name = fields.text("name").value_or("");
  if (fields.take("name") == nullptr) fields.problem("name", "is missing");
  // The others are the trigger's to know.
  for (const auto& [key, value] : table) fields.take(key);
  table.erase("workspace");
  table.erase("name");
  if (entry.trigger.name.empty()) return entry;
  try {
    entry.trigger = parse_trigger(entry.trigger.name, table);
  } catch (const base::Error& error) {
    tell(error, fields);
  }
  return entry;
}

}  // namespace

void read_triggers(std::string_view text, Installation& out) {
  std::vector<TriggerEntry> triggers;
  auto read = [&](const json::object& table, FieldReader& fields, EntryPlace place) {
    TriggerEntry& entry = triggers.emplace_back(read_entry(table, fields));
    entry.place = std::move(place);
    return EntryName{entry.workspace, entry.trigger.name};
  };
  const EntryFile file{.file = kTriggersFile, .key = "trigger", .keys = {"workspace"}};
  if (read_entries(file, text, read, out.problems)) out.triggers = std::move(triggers);
}

}  // namespace boathouse::core
