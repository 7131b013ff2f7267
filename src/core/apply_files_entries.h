// SPDX-License-Identifier: Apache-2.0
// What the files of an installation that hold a list of tables [[KEY]] share. Pure; any thread.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/apply_files.h"
#include "core/contract_reader.h"

namespace boathouse::core {

// The message of the error that `check` throws; nullopt when it throws none.
template <class Check>
std::optional<std::string> complaint(Check&& check) {
  try {
    check();
    return std::nullopt;
  } catch (const base::Error& error) {
    return error.message();
  }
}

// What is wrong with the name of an entry's workspace, which may be `main`.
std::optional<std::string> workspace_complaint(const std::string& name);
// The field `workspace`, `main` where there is none; what is wrong with it is told.
std::string read_workspace(FieldReader& fields);

struct EntryName {
  std::string workspace{};  // empty where names are the installation's
  std::string name{};
};

// Reads one table: takes its fields, tells what is wrong with them.
using ReadEntry = std::function<EntryName(const boost::json::object& table, FieldReader& fields, EntryPlace place)>;

struct EntryFile {
  std::string file{};
  std::string_view key{};                // "user", of [[user]]
  std::vector<std::string_view> keys{};  // whose lines go into each entry's place
};

// Reads every table, in order; names are compared without case. False, with problems, when anything is wrong.
bool read_entries(const EntryFile& file, std::string_view text, const ReadEntry& read,
                  std::vector<FileProblem>& problems);

}  // namespace boathouse::core
