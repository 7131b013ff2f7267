// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files_sinks.h"

#include "core/apply_files_entries.h"

namespace boathouse::core {

void read_sinks(std::string_view text, const EnvironmentLookup& environment, Installation& out) {
  std::vector<SinkEntry> sinks;
  auto read = [&](const boost::json::object&, FieldReader& fields, EntryPlace place) {
    SinkEntry& entry = sinks.emplace_back();
    entry.place = std::move(place);
    entry.workspace = read_workspace(fields);
    entry.sink = read_sink(fields, environment);
    return EntryName{entry.workspace, entry.sink.name};
  };
  const EntryFile file{.file = kSinksFile, .key = "sink", .keys = {"workspace", "tables"}};
  if (read_entries(file, text, read, out.problems)) out.sinks = std::move(sinks);
}

}  // namespace boathouse::core
