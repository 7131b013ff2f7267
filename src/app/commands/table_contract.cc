// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>

#include "app/commands/table_command.h"
#include "base/file.h"
#include "core/contract.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

core::Contract read_contract(const std::string& file) {
  std::vector<core::FileProblem> problems;
  auto read = core::parse_contract_toml(base::read_file(file), file, problems);
  if (read) return read->contract;
  std::string all;
  for (const core::FileProblem& problem : problems) all += (all.empty() ? "" : "\n") + problem.to_text();
  throw Error(ErrorKind::invalid_argument, all);
}

void contract(TableCommand& command) {
  const std::string path = command.path("/contract");
  if (command.remove) {
    command.connection.call("DELETE", path);
    command.output.say({{"removed", command.table}}, command.table + " has no contract any more");
  } else if (!command.file.empty()) {
    json::value set = command.connection.call("PUT", path, core::to_json(read_contract(command.file)));
    command.output.say(set, command.table + " has the contract of " + command.file);
  } else {
    command.output.fields(command.connection.call("GET", path));
  }
}

}  // namespace

void add_table_contract(CLI::App& app, const TableCommandPtr& command) {
  CLI::App* sub = add_of_table(app, command, "contract", "Show, set or remove what a table promises about its rows",
                               "table contract jobs --set examples/hiring/tables/jobs.toml", contract);
  CLI::Option* set = sub->add_option("--set", command->file, "A contract as TOML; makes the table where it is missing")
                         ->check(CLI::ExistingFile);
  sub->add_flag("--remove", command->remove, "Rows are not checked any more")->excludes(set);
}

}  // namespace boathouse::app
