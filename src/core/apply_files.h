// SPDX-License-Identifier: Apache-2.0
// The installation as files (`serve --apply DIR`, `apply DIR`), read into values: users.toml, tables/**.toml,
// insights/**.sql, triggers.toml, sinks.toml. Reading changes nothing and never looks outside DIR: a symbolic link that leads out
// is a mistake.
// All mistakes are collected; nothing of a file with one is in the result. Any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/contract.h"
#include "core/sink_definition.h"
#include "core/trigger.h"

namespace boathouse::core {

// Where an entry stands, for mistakes that are found only while it is applied.
struct EntryPlace {
  std::string file;                              // relative to DIR
  int line = 1;                                  // of the entry; of an insight the one on which its statement begins
  std::map<std::string, int, std::less<>> keys;  // the lines of keys that can turn out wrong then
};

// The mistake behind an error of applying the entry: at the key that the error names, else at its position in `sql`. All
// that an entry names and that may not be there is its workspace.
FileProblem problem_at(const EntryPlace& place, const base::Error& error, std::string_view sql = {});

struct UserEntry {
  std::string name;
  std::optional<std::string> email;
  std::string password;  // already taken out of the environment for `password_env`
  bool temporary = false;
  std::optional<std::string> workspace;
  std::optional<std::string> role;  // owner, editor or viewer
  EntryPlace place;
};

struct TableEntry {
  std::string workspace;  // "main" unless said
  std::string name;       // the file's path under tables/ without ".toml", joined by '/'
  Contract contract;
  EntryPlace place;
};

struct InsightEntry {
  std::string workspace;
  std::string name;
  std::string sql;  // without the header lines
  std::string description;
  bool is_public = false;
  EntryPlace place;
};

struct TriggerEntry {
  std::string workspace;
  Trigger trigger;
  EntryPlace place;
};

struct SinkEntry {
  std::string workspace;
  SinkDefinition sink;  // its URL already taken out of the environment for `url_env`
  EntryPlace place;
};

struct Installation {
  std::vector<UserEntry> users;
  std::vector<TableEntry> tables;      // by name
  std::vector<InsightEntry> insights;  // by name
  std::vector<SinkEntry> sinks;
  std::vector<TriggerEntry> triggers;
  std::vector<FileProblem> problems;
};

// Looks up `password_env`; nullopt when the variable is not set. The default reads the process environment.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string&)>;
std::optional<std::string> process_environment(const std::string& name);

// Reads DIR. Throws Error{not_found} when DIR is no directory; all else is in `problems`.
Installation read_installation(const std::filesystem::path& directory,
                               const EnvironmentLookup& environment = process_environment);

}  // namespace boathouse::core
