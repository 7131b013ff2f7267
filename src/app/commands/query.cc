// SPDX-License-Identifier: Apache-2.0
// Statements that run longer than a request may.
#include "app/commands/client_command.h"
#include "app/commands/job_watch.h"
#include "app/commands/rows_output.h"
#include "app/commands/statement.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

constexpr const char* kAnId = "019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a";

struct QueryCommand {
  Connection connection;
  Output output;
  RowsOutput rows;
  Statement statement;
  std::string id;
  std::string page_token;
  std::optional<std::int64_t> limit;

  std::string path(const std::string& rest = "") const { return "/v1/queries/" + base::percent_encode(id) + rest; }
};

void submit(QueryCommand& command) {
  json::value made = command.connection.call("POST", "/v1/queries", command.statement.body());
  command.output.say(made, made.at("id").as_string().c_str());
}

void list(QueryCommand& command) {
  command.output.list(command.connection.list("/v1/queries", "queries"), "queries",
                      {{"id", "id"},
                       {"state", "state"},
                       {"workspace", "workspace"},
                       {"rows", "rows"},
                       {"created", "created_at"},
                       {"readable until", "readable_until"},
                       {"error", "error"}});
}

void show(QueryCommand& command) { command.output.fields(command.connection.call("GET", command.path())); }

void wait(QueryCommand& command) {
  wait_for_job(command.connection, command.output, command.id);
  json::value query = command.connection.call("GET", command.path());
  command.output.say(query, fmt::format("{} has {} rows", command.id, query.at("rows").to_number<std::int64_t>()));
}

void result(QueryCommand& command) {
  std::string path = command.path("/result");
  if (command.limit) path += fmt::format("?limit={}", *command.limit);
  if (!command.page_token.empty()) {
    path += (command.limit ? "&page_token=" : "?page_token=") + base::percent_encode(command.page_token);
  }
  command.rows.fetch(command.connection, {.method = "GET", .url = command.connection.url_of(path)});
}

void cancel(QueryCommand& command) {
  command.connection.call("DELETE", command.path());
  command.output.say({{"cancelled", command.id}}, command.id + " is ended, and its result is gone");
}

void add_id(CLI::App& sub, const std::shared_ptr<QueryCommand>& command) {
  sub.add_option("id", command->id, "As `boathouse query submit` tells it")->required();
}

void add_of_one(CLI::App& app, const std::shared_ptr<QueryCommand>& command, const std::string& name,
                const std::string& description, void (*run)(QueryCommand&)) {
  add_id(*add_client_command(app, command, name, description, fmt::format("query {} {}", name, kAnId), run), command);
}

void add_result(CLI::App& app, const std::shared_ptr<QueryCommand>& command) {
  CLI::App* sub = app.add_subcommand("result", "Print the rows of a query that has succeeded");
  add_id(*sub, command);
  sub->add_option("--limit", command->limit, "At most so many rows; 10000 as table or JSON unless given");
  sub->add_option("--page-token", command->page_token, "Go on where a page before ended");
  command->rows.add_option(*sub, false);
  command->connection.add_options(*sub);
  sub->footer(fmt::format("Example:\n  boathouse query result {} --output csv > rows.csv", kAnId));
  sub->callback([command] { result(*command); });
}

}  // namespace

void add_query(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<QueryCommand>();
  CLI::App* sub = app.add_subcommand("query", "Submit statements that take long, and read their rows later");
  sub->require_subcommand(1);
  CLI::App* submitting =
      add_client_command(*sub, command, "submit", "Submit one read-only SQL statement; prints the query's id",
                         "query submit 'SELECT customer, sum(amount) FROM orders GROUP BY customer'", submit);
  command->statement.add_options(*submitting);
  add_client_command(*sub, command, "list", "List your queries, newest first", "query list", list);
  add_of_one(*sub, command, "show", "Show a query and its state", show);
  add_of_one(*sub, command, "wait", "Wait until a query has ended; fails when it did", wait);
  add_result(*sub, command);
  add_of_one(*sub, command, "cancel", "End a query, or forget one that has ended and its result", cancel);
  sub->footer(
      "A result is kept for an hour.\n"
      "\n"
      "Example:\n"
      "  id=$(boathouse query submit - < report.sql)\n"
      "  boathouse query wait $id && boathouse query result $id --output csv > report.csv");
}

}  // namespace boathouse::app
