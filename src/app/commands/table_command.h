// SPDX-License-Identifier: Apache-2.0
// What the subcommands of `boathouse table` share; each file adds its own.
#pragma once

#include "app/commands/client_command.h"
#include "app/commands/job_watch.h"

namespace boathouse::app {

struct TableCommand {
  Connection connection;
  Output output;
  JobOptions jobs;
  std::string workspace = "main";
  std::string table;
  std::string prefix;
  std::string version;
  std::string tag;
  std::string backup;
  std::string file;
  std::string data;
  std::string mode = "append";
  std::vector<std::string> ids;
  bool all = false;
  bool remove = false;

  std::string path(const std::string& rest = "") const { return table_path(workspace, table, rest); }
};
using TableCommandPtr = std::shared_ptr<TableCommand>;

// A subcommand about one table.
CLI::App* add_of_table(CLI::App& app, const TableCommandPtr& command, const std::string& name,
                       const std::string& description, const std::string& example, void (*run)(TableCommand&));

void add_table_versions(CLI::App& app, const TableCommandPtr& command);
void add_table_quarantine(CLI::App& app, const TableCommandPtr& command);
void add_table_backups(CLI::App& app, const TableCommandPtr& command);
void add_table_contract(CLI::App& app, const TableCommandPtr& command);
void add_table_catalog(CLI::App& app, const TableCommandPtr& command);

}  // namespace boathouse::app
