// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/connection.h"
#include "app/commands/output.h"
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

CLI::App* add_sub(CLI::App& app, const std::shared_ptr<TokenCommand>& command, const std::string& name,
                  const std::string& description, void (*run)(TokenCommand&)) {
  CLI::App* sub = app.add_subcommand(name, description);
  command->connection.add_options(*sub);
  command->output.add_option(*sub);
  sub->callback([command, run] { run(*command); });
  return sub;
}

}  // namespace

void add_token(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<TokenCommand>();
  CLI::App* sub = app.add_subcommand("token", "Make, list and revoke API tokens");
  sub->require_subcommand(1);
  CLI::App* creation = add_sub(*sub, command, "create", "Make a token and print it, once", create);
  creation->add_option("name", command->name, "What it is for")->required();
  command->scope.add_options(*creation);
  add_sub(*sub, command, "list", "List your tokens", list);
  CLI::App* removal = add_sub(*sub, command, "delete", "Revoke a token at once", remove);
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
