// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/client_command.h"
#include "app/commands/scope_options.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct KeyCommand {
  Connection connection;
  Output output;
  ScopeOptions scope;
  std::string kind;
  std::string name;
  std::string id;
};

std::string text_of(const json::value& answer, std::string_view field) {
  return std::string(answer.at(field).as_string());
}

void list(KeyCommand& command) {
  command.output.list(
      command.connection.call("GET", "/v1/keys"), "keys",
      {{"kind", "kind"}, {"kid", "kid"}, {"state", "state"}, {"created", "created_at"}, {"ends", "ends_at"}});
}

void rotate(KeyCommand& command) {
  json::value made = command.connection.call("POST", "/v1/keys/" + command.kind + "/rotate");
  std::string text = fmt::format("new {} key {}", command.kind, text_of(made, "kid"));
  if (const json::value* resealed = made.as_object().if_contains("resealed")) {
    text += fmt::format("; {} secrets sealed anew", resealed->to_number<std::int64_t>());
  }
  command.output.say(made, text);
}

void create_access(KeyCommand& command) {
  json::object body;
  if (!command.name.empty()) body["name"] = command.name;
  command.scope.put_into(body);
  json::value made = command.connection.call("POST", "/v1/access-keys", body);
  command.output.say(made, fmt::format("export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}",
                                       text_of(made, "access_key_id"), text_of(made, "secret_access_key")));
  std::cerr << "Keep it: the secret is not shown again.\n";
}

void list_access(KeyCommand& command) {
  command.output.list(command.connection.list("/v1/access-keys", "access_keys"), "access_keys",
                      {{"access key id", "access_key_id"},
                       {"name", "name"},
                       {"workspace", "workspace"},
                       {"role", "role"},
                       {"created", "created_at"},
                       {"expires", "expires_at"},
                       {"last used", "last_used"}});
}

void delete_access(KeyCommand& command) {
  command.connection.call("DELETE", "/v1/access-keys/" + base::percent_encode(command.id));
  command.output.say({{"deleted", command.id}}, "deleted " + command.id);
}

void add_access(CLI::App& app, const std::shared_ptr<KeyCommand>& command) {
  CLI::App* sub = app.add_subcommand("access", "Access keys of your own, with which S3 clients sign");
  sub->require_subcommand(1);
  CLI::App* creation = add_client_command(*sub, command, "create", "Make an access key and print it, once",
                                          "key access create laptop --role viewer", create_access);
  creation->add_option("name", command->name, "What it is for");
  command->scope.add_options(*creation);
  add_client_command(*sub, command, "list", "List your access keys", "key access list", list_access);
  CLI::App* removal = add_client_command(*sub, command, "delete", "Revoke an access key at once",
                                         "key access delete $AWS_ACCESS_KEY_ID", delete_access);
  removal->add_option("id", command->id, "As `boathouse key access list` tells it")->required();
  sub->footer(
      "Examples:\n"
      "  eval \"$(boathouse key access create laptop)\"       for aws and boto3 in this shell\n"
      "  boathouse key access create loader --workspace main --role editor --expires-in 30d");
}

}  // namespace

void add_key(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<KeyCommand>();
  CLI::App* sub = app.add_subcommand("key", "Keys of the installation, for owners of main, and access keys");
  sub->require_subcommand(1);
  add_client_command(*sub, command, "list", "List the installation's keys: what they are for, never what they are",
                     "key list", list);
  CLI::App* rotation = add_client_command(*sub, command, "rotate", "Make a new key of a kind; it works from now on",
                                          "key rotate token", rotate);
  rotation
      ->add_option("kind", command->kind, "token (signs access tokens), sealing (seals secrets), rsa (signs for JWKS)")
      ->check(CLI::IsMember({"token", "sealing", "rsa"}))
      ->required();
  add_access(*sub, command);
  sub->footer(
      "After a rotation nobody is logged out: an older token or rsa key verifies until what it signed has expired.\n"
      "After a new sealing key every stored secret is sealed anew; older sealing keys still open copies from before.\n"
      "A secret set by BOATHOUSE_JWT_SECRET is changed there, not here.\n"
      "\n"
      "Examples:\n"
      "  boathouse key list\n"
      "  boathouse key rotate token\n"
      "  eval \"$(boathouse key access create laptop)\"");
}

}  // namespace boathouse::app
