// SPDX-License-Identifier: Apache-2.0
#include "app/commands/table_command.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

json::value list_of(TableCommand& command) { return command.connection.list(command.path("/backups"), "backups"); }

void backups(TableCommand& command) {
  command.output.list(list_of(command), "backups",
                      {{"id", "id"}, {"at", "at"}, {"version", "version"}, {"rows", "rows"}, {"bytes", "bytes"}});
}

void back_up(TableCommand& command) {
  json::value started = command.connection.call("POST", command.path("/backups"));
  command.jobs.tell(command.connection, command.output, started, "backed up " + command.table);
}

std::string newest(TableCommand& command) {
  json::value answer = list_of(command);
  const json::array& all = answer.at("backups").as_array();
  if (all.empty()) throw Error(ErrorKind::not_found, command.table + " has no backup");
  return std::string(all.front().at("id").as_string());
}

void restore(TableCommand& command) {
  std::string backup = command.backup.empty() ? newest(command) : command.backup;
  json::value started =
      command.connection.call("POST", command.path("/backups/" + base::percent_encode(backup) + "/restore"));
  command.jobs.tell(command.connection, command.output, started,
                    fmt::format("restored {} from {}", command.table, backup));
}

}  // namespace

void add_table_backups(CLI::App& app, const TableCommandPtr& command) {
  add_of_table(app, command, "backups", "List a table's backups, newest first", "table backups jobs", backups);
  command->jobs.add_option(*add_of_table(app, command, "backup",
                                         "Write the current version as Parquet and Avro files beside the warehouse",
                                         "table backup jobs", back_up));
  CLI::App* sub = add_of_table(app, command, "restore", "Make a backup the table's current version again",
                               "table restore jobs", restore);
  sub->add_option("backup", command->backup, "As `boathouse table backups` tells it; the newest unless given");
  command->jobs.add_option(*sub);
}

}  // namespace boathouse::app
