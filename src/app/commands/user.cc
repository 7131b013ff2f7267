// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/client_command.h"
#include "app/stopped_house.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct UserCommand {
  Connection connection;
  Output output;
  std::string name;
  std::string email;
  std::string workspace;
  std::string role;
  bool temporary = false;
  std::string data;
};

std::string user_path(const std::string& name) { return "/v1/users/" + base::percent_encode(name); }

void list(UserCommand& command) {
  command.output.list(command.connection.list("/v1/users", "users"), "users",
                      {{"name", "name"},
                       {"email", "email"},
                       {"disabled", "disabled"},
                       {"temporary password", "temporary"},
                       {"created", "created_at"}});
}

void add(UserCommand& command) {
  json::object body{{"name", command.name}, {"password", ask_password("Password of the new user: ")}};
  if (!command.email.empty()) body["email"] = command.email;
  if (!command.workspace.empty()) body["workspace"] = command.workspace;
  if (!command.role.empty()) body["role"] = command.role;
  if (command.temporary) body["temporary"] = true;
  command.output.say(command.connection.call("POST", "/v1/users", body), "added " + command.name);
}

void change(UserCommand& command, const json::object& patch, const std::string& done) {
  command.output.say(command.connection.call("PATCH", user_path(command.name), patch), done + command.name);
}

void set_password(UserCommand& command) {
  json::object body{{"password", ask_password("New password: ")}, {"temporary", command.temporary}};
  change(command, body, "changed the password of ");
}

void disable(UserCommand& command) { change(command, {{"disabled", true}}, "disabled "); }
void enable(UserCommand& command) { change(command, {{"disabled", false}}, "enabled "); }

void remove(UserCommand& command) {
  command.connection.call("DELETE", user_path(command.name));
  command.output.say({{"deleted", command.name}}, "deleted " + command.name);
}

void reset(UserCommand& command) {
  std::string password = reset_password(command.data, command.name);
  command.output.say({{"name", command.name}, {"password", password}},
                     fmt::format("The password of {} is now: {}\nIt is not shown again. The user is enabled.",
                                 command.name, password));
}

CLI::App* add_named(CLI::App& app, const std::shared_ptr<UserCommand>& command, const std::string& name,
                    const std::string& description, void (*run)(UserCommand&)) {
  CLI::App* sub = add_client_command(app, command, name, description, "user " + name + " ann", run);
  sub->add_option("name", command->name, "The user's name")->required();
  return sub;
}

void add_creation(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub =
      add_named(app, command, "add", "Make a user; the password is asked for, or the input's first line", add);
  sub->add_option("--email", command->email, "The user's e-mail address");
  sub->add_option("--workspace", command->workspace, "A workspace beside the personal one; main when a role is given");
  sub->add_option("--role", command->role, "The role there")->check(CLI::IsMember({"viewer", "editor", "owner"}));
  sub->add_flag("--temporary", command->temporary, "The password must be changed at the first log-in");
}

void add_passwd(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = add_named(app, command, "passwd",
                            "Set a user's password, asked for or the input's first line; ends "
                            "the user's sessions",
                            set_password);
  sub->add_flag("--temporary", command->temporary, "It must be changed at the next log-in");
}

void add_reset(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = app.add_subcommand("reset", "Give a user a new random password, while the server is stopped");
  sub->add_option("name", command->name, "The user's name")->required();
  sub->add_option("--data", command->data, "The server's data folder")->envname("BOATHOUSE_DATA")->required();
  command->output.add_option(*sub);
  sub->footer("Example:\n  boathouse user reset admin --data data");
  sub->callback([command] { reset(*command); });
}

}  // namespace

void add_user(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<UserCommand>();
  CLI::App* sub = app.add_subcommand("user", "Users of the installation, for owners of main");
  sub->require_subcommand(1);
  add_client_command(*sub, command, "list", "List users", "user list", list);
  add_creation(*sub, command);
  add_passwd(*sub, command);
  add_named(*sub, command, "disable", "Stop a user at once; everything of theirs stays", disable);
  add_named(*sub, command, "enable", "Let a disabled user in again", enable);
  add_named(*sub, command, "delete", "Delete a user with tokens, keys and memberships; tables stay", remove);
  add_reset(*sub, command);
  sub->footer(
      "Examples:\n"
      "  boathouse user add ann --role editor               asks for ann's password\n"
      "  boathouse user list --output json\n"
      "  boathouse user disable ann                         tokens, keys and sessions stop at once\n"
      "  boathouse user reset admin --data data             when admin's password is lost; stop the server first");
}

}  // namespace boathouse::app
