// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/connection.h"
#include "app/commands/text_table.h"
#include "base/encoding.h"
#include "base/time.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct TokenCommand {
  Connection connection;
  std::string name;
  std::string id;
  std::string workspace;
  std::string role;
  std::string expires_in;
};

std::string text_of(const json::value& token, std::string_view field) {
  const json::value* value = token.as_object().if_contains(field);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

void create(TokenCommand& command) {
  json::object body{{"name", command.name}};
  if (!command.workspace.empty()) body["workspace"] = command.workspace;
  if (!command.role.empty()) body["role"] = command.role;
  if (!command.expires_in.empty()) {
    auto duration = base::parse_duration(command.expires_in);
    if (!duration || duration->forever) {
      throw base::Error(base::ErrorKind::invalid_argument, "--expires-in is a duration such as 12h or 30d");
    }
    body["expires_in"] = duration->micros / base::kSecond;
  }
  std::cout << text_of(command.connection.call("POST", "/v1/tokens", body), "token") << '\n';
  std::cerr << "Keep it: it is not shown again.\n";
}

void list(TokenCommand& command) {
  json::value answer = command.connection.call("GET", "/v1/tokens");
  std::vector<std::vector<std::string>> rows;
  for (const json::value& token : answer.at("tokens").as_array()) {
    rows.push_back({text_of(token, "id"), text_of(token, "name"), text_of(token, "workspace"), text_of(token, "role"),
                    text_of(token, "created_at"), text_of(token, "expires_at"), text_of(token, "last_used")});
  }
  std::cout << text_table({{"id"}, {"name"}, {"workspace"}, {"role"}, {"created"}, {"expires"}, {"last used"}}, rows);
}

void add_create(CLI::App& app, const std::shared_ptr<TokenCommand>& command) {
  CLI::App* sub = app.add_subcommand("create", "Make a token and print it, once");
  sub->add_option("name", command->name, "What it is for")->required();
  sub->add_option("--workspace", command->workspace, "Only for this workspace");
  sub->add_option("--role", command->role, "At most this role")->check(CLI::IsMember({"viewer", "editor", "owner"}));
  sub->add_option("--expires-in", command->expires_in, "A duration such as 12h or 30d; never unless given");
  command->connection.add_options(*sub);
  sub->callback([command] { create(*command); });
}

void add_list(CLI::App& app, const std::shared_ptr<TokenCommand>& command) {
  CLI::App* sub = app.add_subcommand("list", "List your tokens");
  command->connection.add_options(*sub);
  sub->callback([command] { list(*command); });
}

void add_delete(CLI::App& app, const std::shared_ptr<TokenCommand>& command) {
  CLI::App* sub = app.add_subcommand("delete", "Revoke a token at once");
  sub->add_option("id", command->id, "As `boathouse token list` tells it")->required();
  command->connection.add_options(*sub);
  sub->callback([command] { command->connection.call("DELETE", "/v1/tokens/" + base::percent_encode(command->id)); });
}

}  // namespace

void add_token(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<TokenCommand>();
  CLI::App* sub = app.add_subcommand("token", "Make, list and revoke API tokens");
  sub->require_subcommand(1);
  add_create(*sub, command);
  add_list(*sub, command);
  add_delete(*sub, command);
  sub->footer(
      "Examples:\n"
      "  boathouse token create laptop --user admin         asks for admin's password\n"
      "  boathouse token create loader --workspace main --role editor --expires-in 30d\n"
      "  export BOATHOUSE_TOKEN=$(boathouse token create shell --user admin)");
}

}  // namespace boathouse::app
