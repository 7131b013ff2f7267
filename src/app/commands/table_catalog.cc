// SPDX-License-Identifier: Apache-2.0
#include "app/commands/table_command.h"
#include "app/stopped_house.h"
#include "meta/sqlite_file.h"

namespace boathouse::app {
namespace {

void copy(TableCommand& command) {
  meta::copy_iceberg_catalog(database_of(command.data), command.file);
  command.output.say({{"file", command.file}}, "the Iceberg catalog is in " + command.file);
}

}  // namespace

void add_table_catalog(CLI::App& app, const TableCommandPtr& command) {
  CLI::App* sub =
      app.add_subcommand("catalog-copy", "Copy the Iceberg catalog alone, for other engines on this machine");
  sub->add_option("file", command->file, "A SQLite file to make")->required();
  sub->add_option("--data", command->data, "The server's data folder")->envname("BOATHOUSE_DATA")->required();
  command->output.add_option(*sub);
  sub->footer(
      "The server may run. The copy names the metadata files of this moment; it is a SQLite file that Iceberg's JDBC "
      "and\n"
      "SQL catalogs open, with the catalog name boathouse.\n"
      "\n"
      "Example:\n"
      "  boathouse table catalog-copy catalog.db --data data");
  sub->callback([command] { copy(*command); });
}

}  // namespace boathouse::app
