// SPDX-License-Identifier: Apache-2.0
// Applies an installation through the native API of a running server: the same as core::Installer does inside, idempotent.
#pragma once

#include "app/commands/connection.h"
#include "core/installation.h"

namespace boathouse::app {

class RemoteInstaller {
 public:
  explicit RemoteInstaller(Connection& connection) : connection_(connection) {}

  // Mistakes of one file leave the others alone. Throws when the server cannot be reached or refuses the credentials.
  core::Applied apply(const core::Installation& installation);

 private:
  std::string apply_user(const core::UserEntry& entry);
  bool give_role(const core::UserEntry& entry);
  std::string apply_table(const core::TableEntry& entry);
  std::string apply_insight(const core::InsightEntry& entry);
  std::string apply_sink(const core::SinkEntry& entry);
  std::string apply_trigger(const core::TriggerEntry& entry);

  // "created", "changed" or "left".
  std::string put_unless_same(const std::string& path, const std::optional<boost::json::value>& existing,
                              const boost::json::object& wanted);

  Connection& connection_;
};

// A line for each thing on the output, a line for each mistake on the error output.
void print_applied(const core::Applied& applied);

}  // namespace boathouse::app
