// SPDX-License-Identifier: Apache-2.0
#include "app/commands/table_command.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

void versions(TableCommand& command) {
  command.output.list(command.connection.list(command.path("/versions"), "versions"), "versions",
                      {{"version", "version"},
                       {"at", "at"},
                       {"operation", "operation"},
                       {"rows", "rows"},
                       {"added", "added"},
                       {"deleted", "deleted"},
                       {"by", "by"},
                       {"request", "request_id"}});
}

void roll_back(TableCommand& command) {
  json::value made = command.connection.call("POST", command.path("/rollback"), {{"version", command.version}});
  command.output.say(made, fmt::format("{} has the rows of {} again, as version {}", command.table, command.version,
                                       made.at("version").as_string().c_str()));
}

void tags(TableCommand& command) {
  command.output.list(command.connection.call("GET", command.path("/tags")), "tags",
                      {{"name", "name"}, {"version", "version"}, {"rows", "rows"}});
}

void tag(TableCommand& command) {
  json::object body{{"name", command.tag}};
  if (!command.version.empty()) body["version"] = command.version;
  json::value made = command.connection.call("POST", command.path("/tags"), body);
  command.output.say(made, fmt::format("{} is version {}", command.tag, made.at("version").as_string().c_str()));
}

void untag(TableCommand& command) {
  command.connection.call("DELETE", command.path("/tags/" + base::percent_encode(command.tag)));
  command.output.say({{"deleted", command.tag}}, "deleted the tag " + command.tag);
}

}  // namespace

void add_table_versions(CLI::App& app, const TableCommandPtr& command) {
  add_of_table(app, command, "versions", "List a table's versions, newest first", "table versions jobs", versions);
  add_of_table(app, command, "rollback", "Make an older version's rows current again, as a new version",
               "table rollback jobs 631582705358307741", roll_back)
      ->add_option("version", command->version, "As `boathouse table versions` tells it")
      ->required();
  add_of_table(app, command, "tags", "List a table's tags", "table tags jobs", tags);
  CLI::App* tagging = add_of_table(app, command, "tag", "Name a version, which then never expires",
                                   "table tag jobs before-migration", tag);
  tagging->add_option("name", command->tag, "The tag")->required();
  tagging->add_option("--version", command->version, "The version that it names; the current one unless given");
  add_of_table(app, command, "untag", "Take a tag away", "table untag jobs before-migration", untag)
      ->add_option("name", command->tag, "The tag")
      ->required();
}

}  // namespace boathouse::app
