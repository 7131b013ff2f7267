// SPDX-License-Identifier: Apache-2.0
#include "app/commands/rows_output.h"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "app/commands/text_table.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

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

std::string hint_of_more(const json::value& answer) {
  if (answer.at("truncated").as_bool()) return ", cut off: give --limit";
  const json::value* next = answer.as_object().if_contains("next_page_token");
  return next ? fmt::format(", more: give --limit, or --page-token {}", next->as_string().c_str()) : "";
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
  std::cout << fmt::format("({} row{}{}, {:.1f} ms)\n", rows.size(), rows.size() == 1 ? "" : "s", hint_of_more(answer),
                           answer.at("duration_ms").to_number<double>());
}

}  // namespace

void RowsOutput::add_option(CLI::App& command, bool parquet) {
  std::vector<std::string> formats{"table", "csv", "json", "ndjson"};
  if (parquet) formats.emplace_back("parquet");
  command.add_option("--output,--format", format_, "table on a terminal, csv in a pipe, unless given")
      ->check(CLI::IsMember(formats));
}

void RowsOutput::fetch(Connection& connection, net::ClientRequest request) const {
  std::string format = format_;
  if (format.empty()) format = ::isatty(STDOUT_FILENO) == 1 ? "table" : "csv";
  request.headers.add("Accept", kMediaTypes.at(format));
  if (format == "table") {
    print_table(json::parse(connection.send(std::move(request)).body));
    return;
  }
  net::ResponseSink print = [](std::string_view bytes) {
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  };
  connection.send(std::move(request), print);
  if (format == "json") std::cout << '\n';
  std::cout.flush();
}

}  // namespace boathouse::app
