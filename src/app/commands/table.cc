// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>
#include <iostream>

#include "app/commands/table_command.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

void add_workspace(CLI::App& app, const TableCommandPtr& command) {
  app.add_option("--workspace", command->workspace, "The table's workspace")->capture_default_str();
}

void list(TableCommand& command) {
  std::string path = fmt::format("/v1/workspaces/{}/tables", base::percent_encode(command.workspace));
  if (!command.prefix.empty()) path += "?prefix=" + base::percent_encode(command.prefix);
  command.output.list(command.connection.list(path, "tables"), "tables",
                      {{"name", "name"},
                       {"rows", "rows"},
                       {"bytes", "bytes"},
                       {"files", "files"},
                       {"version", "version"},
                       {"updated", "updated_at"},
                       {"description", "description"}});
}

void show(TableCommand& command) { command.output.fields(command.connection.call("GET", command.path())); }

void drop(TableCommand& command) {
  command.connection.call("DELETE", command.path());
  command.output.say({{"dropped", command.table}}, "dropped " + command.table);
}

}  // namespace

CLI::App* add_of_table(CLI::App& app, const TableCommandPtr& command, const std::string& name,
                       const std::string& description, const std::string& example, void (*run)(TableCommand&)) {
  CLI::App* sub = add_client_command(app, command, name, description, example, run);
  sub->add_option("table", command->table, "The table's name")->required();
  add_workspace(*sub, command);
  return sub;
}

void add_table(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<TableCommand>();
  CLI::App* sub = app.add_subcommand("table", "Tables: versions, contracts, quarantine, the catalog for other engines");
  sub->require_subcommand(1);
  CLI::App* listing = add_client_command(*sub, command, "list", "List the tables of a workspace", "table list", list);
  listing->add_option("--prefix", command->prefix, "Only names that begin so");
  add_workspace(*listing, command);
  add_of_table(*sub, command, "show", "Show a table's columns, figures and places", "table show jobs", show);
  add_of_table(*sub, command, "drop", "Drop a table and its quarantine; its backups stay", "table drop jobs", drop);
  add_table_contract(*sub, command);
  add_table_versions(*sub, command);
  add_table_quarantine(*sub, command);
  add_table_backups(*sub, command);
  add_table_catalog(*sub, command);
  sub->footer(
      "Examples:\n"
      "  boathouse table list\n"
      "  boathouse table versions jobs\n"
      "  boathouse table quarantine jobs --output json > rejected.json\n"
      "  boathouse table resubmit jobs rejected.json         after correcting `data` in it\n"
      "  boathouse table catalog-copy catalog.db --data data  for pyiceberg's SqlCatalog");
}

}  // namespace boathouse::app
