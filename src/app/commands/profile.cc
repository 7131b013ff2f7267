// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <thread>

#include "app/commands/client_command.h"
#include "app/commands/text_table.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

constexpr auto kLookAgain = std::chrono::milliseconds(500);
constexpr std::size_t kShown = 24;  // characters of a value

struct ProfileCommand {
  Connection connection;
  Output output;
  std::string workspace = "main";
  std::string table;
  std::string version;
};

// The profile, waiting for the job where one makes it.
std::string fetch(ProfileCommand& command) {
  const std::string query = command.version.empty() ? "" : "?version=" + base::percent_encode(command.version);
  const std::string path = table_path(command.workspace, command.table, "/profile" + query);
  for (;;) {
    net::ClientResponse answer = command.connection.send({.method = "GET", .url = command.connection.url_of(path)});
    if (answer.status == 200) return std::move(answer.body);
    std::this_thread::sleep_for(kLookAgain);
  }
}

std::string in_words(const json::object& column, std::string_view figure) {
  const json::value* value = column.if_contains(figure);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_double()) return fmt::format("{:.6g}", value->get_double());
  if (!value->is_string()) return json::serialize(*value);
  const std::string_view text = value->as_string();
  if (base::code_points(text) <= kShown) return std::string(text);
  return std::string(base::prefix_code_points(text, kShown - 1)) + "…";
}

double share(const json::object& part, std::string_view figure, const json::value& rows) {
  const auto all = rows.to_number<double>();
  return all == 0 ? 0 : part.at(figure).to_number<double>() / all;
}

std::string percent(double share) { return share == 0 ? "" : fmt::format("{:.3g} %", 100 * share); }

// The bins of a histogram as bars of one character, of which the highest fills its line.
std::string sparkline(const json::array& counts) {
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double most = 1;
  for (const json::value& count : counts) most = std::max(most, count.to_number<double>());
  std::string line;
  for (const json::value& count : counts) {
    const auto level = static_cast<std::size_t>(std::lround(count.to_number<double>() / most * (std::size(kBars) - 1)));
    line += count.to_number<double>() == 0 ? " " : kBars[level];
  }
  return line;
}

// How the values are spread: the histogram of what has an order, the most frequent value of what has none.
std::string spread(const json::object& column) {
  if (const json::value* histogram = column.if_contains("histogram")) {
    return sparkline(histogram->at("counts").as_array());
  }
  const json::array& top = column.at("top").as_array();
  if (top.empty()) return "";
  const json::object& first = top.front().as_object();
  if (first.at("rows").to_number<std::int64_t>() < 2) return "";
  return fmt::format("{} ({})", in_words(first, "value"), percent(share(first, "rows", column.at("rows"))));
}

std::string middle(const json::object& column) {
  if (const json::value* quantiles = column.if_contains("quantiles")) return in_words(quantiles->as_object(), "50%");
  return "";
}

void print(const json::object& profile) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& one : profile.at("columns").as_array()) {
    const json::object& column = one.as_object();
    const bool exact = column.at("distinct_exact").as_bool();
    rows.push_back({in_words(column, "name"), in_words(column, "type"),
                    percent(share(column, "missing", column.at("rows"))),
                    (exact ? "" : "~") + in_words(column, "distinct"), in_words(column, "min"), middle(column),
                    in_words(column, "max"), in_words(column, "mean"), spread(column)});
  }
  const json::value& version = profile.at("version");
  std::cout << fmt::format("{}, {} rows{}\n\n", profile.at("table").as_string().c_str(),
                           json::serialize(profile.at("rows")),
                           version.is_null() ? "" : fmt::format(", version {}", version.as_string().c_str()));
  std::cout << text_table({{"column", false},
                           {"type", false},
                           {"missing", true},
                           {"distinct", true},
                           {"min", true},
                           {"median", true},
                           {"max", true},
                           {"mean", true},
                           {"spread", false}},
                          rows);
  const json::array& findings = profile.at("findings").as_array();
  if (!findings.empty()) std::cout << "\n";
  for (const json::value& finding : findings) {
    std::cout << fmt::format("{}: {}: {}\n", finding.at("severity").as_string().c_str(),
                             finding.at("column").as_string().c_str(), finding.at("message").as_string().c_str());
  }
}

void run(ProfileCommand& command) {
  const std::string profile = fetch(command);
  if (command.output.is_json()) {
    std::cout << profile << '\n';
  } else {
    print(json::parse(profile).as_object());
  }
}

}  // namespace

void add_profile(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<ProfileCommand>();
  CLI::App* sub = add_client_command(app, command, "profile", "Show what a table's columns are like",
                                     "profile jobs --version 631582705358307741", run);
  sub->add_option("table", command->table, "The table")->required();
  sub->add_option("--workspace", command->workspace, "Its workspace")->capture_default_str();
  sub->add_option("--version", command->version, "One of its versions; the newest unless given");
}

}  // namespace boathouse::app
