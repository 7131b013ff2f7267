// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/client_command.h"
#include "app/commands/scope_options.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct TokenCommand {
  Connection connection;
  Output output;
  ScopeOptions scope;
  std::string name;
  std::string id;
};

void create(TokenCommand& command) {
  json::object body{{"name", command.name}};
  command.scope.put_into(body);
  json::value made = command.connection.call("POST", "/v1/tokens", body);
  command.output.say(made, std::string(made.at("token").as_string()));
  std::cerr << "Keep it: it is not shown again.\n";
}

void list(TokenCommand& command) {
  command.output.list(command.connection.list("/v1/tokens", "tokens"), "tokens",
                      {{"id", "id"},
                       {"name", "name"},
                       {"workspace", "workspace"},
                       {"role", "role"},
                       {"created", "created_at"},
                       {"expires", "expires_at"},
                       {"last used", "last_used"}});
}

void remove(TokenCommand& command) {
  command.connection.call("DELETE", "/v1/tokens/" + base::percent_encode(command.id));
  command.output.say({{"deleted", command.id}}, "deleted " + command.id);
}

}  // namespace

void add_token(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<TokenCommand>();
  CLI::App* sub = app.add_subcommand("token", "Make, list and revoke API tokens");
  sub->require_subcommand(1);
  CLI::App* creation = add_client_command(*sub, command, "create", "Make a token and print it, once",
                                          "token create laptop --expires-in 30d", create);
  creation->add_option("name", command->name, "What it is for")->required();
  command->scope.add_options(*creation);
  add_client_command(*sub, command, "list", "List your tokens", "token list", list);
  CLI::App* removal = add_client_command(*sub, command, "delete", "Revoke a token at once",
                                         "token delete 0198d3c4-7b5b-7fc0-ad7b-8944df9be83e", remove);
  removal->add_option("id", command->id, "As `boathouse token list` tells it")->required();
  sub->footer(
      "A token does what you may do, or less; it never does more than you may at that moment.\n"
      "\n"
      "Examples:\n"
      "  boathouse token create laptop --user admin         asks for admin's password\n"
      "  boathouse token create loader --workspace main --role editor --expires-in 30d\n"
      "  export BOATHOUSE_TOKEN=$(boathouse token create shell --user admin)\n"
      "  boathouse token list --output json");
}

}  // namespace boathouse::app
