// SPDX-License-Identifier: Apache-2.0
#include <boost/json/serialize.hpp>

#include "app/commands/rows_output.h"
#include "app/commands/statement.h"

namespace boathouse::app {
namespace {

struct SqlCommand {
  Connection connection;
  Statement statement;
  RowsOutput output;
};

void run(SqlCommand& command) {
  net::ClientRequest request{.method = "POST",
                             .url = command.connection.url_of("/v1/sql"),
                             .body = boost::json::serialize(command.statement.body())};
  request.headers.add("Content-Type", "application/json");
  command.output.fetch(command.connection, std::move(request));
}

}  // namespace

void add_sql(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<SqlCommand>();
  CLI::App* sub = app.add_subcommand("sql", "Run one read-only SQL statement");
  command->statement.add_options(*sub);
  command->output.add_option(*sub, true);
  command->connection.add_options(*sub);
  sub->footer(
      "Examples:\n"
      "  boathouse sql 'SELECT count(*) FROM jobs'\n"
      "  boathouse sql 'FROM jobs' --output parquet > jobs.parquet\n"
      "  boathouse sql 'FROM \"jobs$quarantine\"'      rejected rows with their reasons\n"
      "  boathouse sql 'FROM \"jobs$versions\"'        how the table came to be\n"
      "  boathouse sql - < report.sql\n"
      "What takes longer than a request may: boathouse query.");
  sub->callback([command] { run(*command); });
}

}  // namespace boathouse::app
