// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <iterator>

#include "app/commands/connection.h"
#include "app/commands/text_table.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct SqlCommand {
  Connection connection;
  std::string statement;
  std::string workspace;
  std::string format;
  std::optional<std::int64_t> limit;
};

const std::map<std::string, std::string> kMediaTypes = {{"table", "application/json"},
                                                        {"json", "application/json"},
                                                        {"ndjson", "application/x-ndjson"},
                                                        {"csv", "text/csv"},
                                                        {"parquet", "application/vnd.apache.parquet"}};

std::string cell(const json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

void print_table(const json::value& answer) {
  std::vector<TextColumn> columns;
  for (const json::value& column : answer.at("columns").as_array()) {
    columns.push_back({std::string(column.at("name").as_string()), false});
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& row : answer.at("rows").as_array()) {
    auto& cells = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const json::value& value = row.at(i);
      columns[i].right = columns[i].right || value.is_number();
      cells.push_back(cell(value));
    }
  }
  std::cout << text_table(columns, rows);
  bool truncated = answer.at("truncated").as_bool();
  std::cout << fmt::format("({} row{}{}, {:.1f} ms)\n", rows.size(), rows.size() == 1 ? "" : "s",
                           truncated ? ", cut off: give --limit" : "", answer.at("duration_ms").to_number<double>());
}

void run(SqlCommand& command) {
  if (command.format.empty()) command.format = ::isatty(STDOUT_FILENO) == 1 ? "table" : "csv";
  if (command.statement == "-") command.statement.assign(std::istreambuf_iterator<char>(std::cin), {});
  json::object body{{"sql", command.statement}};
  if (!command.workspace.empty()) body["workspace"] = command.workspace;
  if (command.limit) body["limit"] = *command.limit;

  net::ClientRequest request{
      .method = "POST", .url = command.connection.url_of("/v1/sql"), .body = json::serialize(body)};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", kMediaTypes.at(command.format));
  if (command.format == "table") {
    print_table(json::parse(command.connection.send(std::move(request)).body));
    return;
  }
  net::ResponseSink print = [](std::string_view bytes) {
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  };
  command.connection.send(std::move(request), print);
  if (command.format == "json") std::cout << '\n';
  std::cout.flush();
}

}  // namespace

void add_sql(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<SqlCommand>();
  CLI::App* sub = app.add_subcommand("sql", "Run one read-only SQL statement");
  sub->add_option("statement", command->statement, "The statement; - reads it from the input")->required();
  sub->add_option("--workspace", command->workspace, "What unqualified table names mean; main unless given");
  sub->add_option("--output,--format", command->format, "table on a terminal, csv in a pipe, unless given")
      ->check(CLI::IsMember({"table", "csv", "json", "ndjson", "parquet"}));
  sub->add_option("--limit", command->limit, "At most so many rows");
  command->connection.add_options(*sub);
  sub->footer(
      "Examples:\n"
      "  boathouse sql 'SELECT count(*) FROM jobs'\n"
      "  boathouse sql 'FROM jobs' --output parquet > jobs.parquet\n"
      "  boathouse sql 'FROM \"jobs$quarantine\"'      rejected rows with their reasons\n"
      "  boathouse sql 'FROM \"jobs$versions\"'        how the table came to be\n"
      "  boathouse sql - < report.sql");
  sub->callback([command] { run(*command); });
}

}  // namespace boathouse::app
