// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/commands/reason_text.h"
#include "app/commands/table_command.h"
#include "base/file.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

std::string all_reasons(const json::value& row) {
  std::string text;
  for (const json::value& reason : row.at("reasons").as_array())
    text += (text.empty() ? "" : "; ") + reason_text(reason);
  return text;
}

void quarantine(TableCommand& command) {
  json::value answer = command.connection.list(command.path("/quarantine"), "rows");
  if (!command.output.is_json()) {
    for (json::value& row : answer.at("rows").as_array()) row.as_object()["reasons"] = all_reasons(row);
  }
  command.output.list(answer, "rows",
                      {{"id", "id"}, {"row", "row"}, {"file", "file"}, {"data", "data"}, {"reasons", "reasons"}});
}

void reasons(TableCommand& command) {
  command.output.list(command.connection.call("GET", command.path("/quarantine/reasons")), "reasons",
                      {{"column", "column"}, {"rule", "rule"}, {"rows", "rows"}});
}

// Of each row what the server asks for; the rest is what `quarantine --output json` told beside it.
json::object corrected_rows(const std::string& file) {
  boost::system::error_code wrong;
  json::value text = json::parse(base::read_file(file), wrong);
  const json::value* rows = text.is_object() ? text.as_object().if_contains("rows") : nullptr;
  if (wrong || !rows || !rows->is_array()) {
    throw Error(ErrorKind::invalid_argument, file + " is no JSON object with `rows`, each with its `id` and `data`");
  }
  json::array out;
  for (const json::value& row : rows->as_array()) {
    const json::object* object = row.if_object();
    if (!object || !object->contains("id")) {
      throw Error(ErrorKind::invalid_argument, fmt::format("{}: row {} has no `id`", file, out.size() + 1));
    }
    json::object& kept = out.emplace_back(json::object{{"id", object->at("id")}}).as_object();
    if (const json::value* data = object->if_contains("data")) kept["data"] = *data;
  }
  return {{"rows", std::move(out)}};
}

void resubmit(TableCommand& command) {
  json::value outcome = command.connection.call("POST", command.path("/quarantine/resubmit?mode=" + command.mode),
                                                corrected_rows(command.file));
  command.output.say(
      outcome, fmt::format("tried again: {} ({} accepted, {} rejected)", json::serialize(outcome.at("rows_received")),
                           json::serialize(outcome.at("rows_accepted")), json::serialize(outcome.at("rows_rejected"))));
}

void discard(TableCommand& command) {
  if (command.all == !command.ids.empty()) {
    throw Error(ErrorKind::invalid_argument, "say which rows: --id, as often as needed, or --all");
  }
  json::value body;
  if (!command.all) body = json::object{{"ids", json::array(command.ids.begin(), command.ids.end())}};
  json::value answer = command.connection.call("DELETE", command.path("/quarantine"), body);
  command.output.say(answer, json::serialize(answer.at("rows_deleted")) + " rows thrown away");
}

}  // namespace

void add_table_quarantine(CLI::App& app, const TableCommandPtr& command) {
  add_of_table(app, command, "quarantine", "List a table's rejected rows with their reasons",
               "table quarantine jobs --output json > rejected.json", quarantine);
  add_of_table(app, command, "reasons", "Count a table's rejected rows by reason", "table reasons jobs", reasons);
  CLI::App* again = add_of_table(app, command, "resubmit", "Try corrected rows again; those accepted leave quarantine",
                                 "table resubmit jobs rejected.json", resubmit);
  again->add_option("file", command->file, "What `table quarantine --output json` told, with `data` corrected")
      ->required()
      ->check(CLI::ExistingFile);
  again->add_option("--mode", command->mode, "How they enter the table")
      ->check(CLI::IsMember({"append", "upsert"}))
      ->capture_default_str();
  CLI::App* away = add_of_table(app, command, "discard", "Throw rejected rows away for good",
                                "table discard jobs --id 0198d3c4-7b5b-7fc0-ad7b-8944df9be83e", discard);
  away->add_option("--id", command->ids, "A row's id; may be given often")->allow_extra_args(false);
  away->add_flag("--all", command->all, "Every rejected row of the table");
}

}  // namespace boathouse::app
