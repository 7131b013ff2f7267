// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/connection.h"
#include "app/commands/text_table.h"
#include "app/stopped_house.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct UserCommand {
  Connection connection;
  std::string name;
  std::string email;
  std::string workspace;
  std::string role;
  bool temporary = false;
  std::string data;
};

std::string user_path(const std::string& name) { return "/v1/users/" + base::percent_encode(name); }

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : ""; }

void list(UserCommand& command) {
  std::vector<std::vector<std::string>> rows;
  std::string token;
  do {
    json::value answer = command.connection.call(
        "GET", "/v1/users?limit=1000" + (token.empty() ? "" : "&page_token=" + base::percent_encode(token)));
    for (const json::value& user : answer.at("users").as_array()) {
      std::string state = user.at("disabled").as_bool()    ? "disabled"
                          : user.at("temporary").as_bool() ? "temporary password"
                                                           : "";
      rows.push_back({text_of(user.at("name")), text_of(user.at("email")), state, text_of(user.at("created_at"))});
    }
    const json::value* next = answer.as_object().if_contains("next_page_token");
    token = next ? text_of(*next) : "";
  } while (!token.empty());
  std::cout << text_table({{"name"}, {"email"}, {"state"}, {"created"}}, rows);
}

void add(UserCommand& command) {
  json::object body{{"name", command.name}, {"password", ask_password("Password of the new user: ")}};
  if (!command.email.empty()) body["email"] = command.email;
  if (!command.workspace.empty()) body["workspace"] = command.workspace;
  if (!command.role.empty()) body["role"] = command.role;
  if (command.temporary) body["temporary"] = true;
  command.connection.call("POST", "/v1/users", body);
  std::cout << "added " << command.name << '\n';
}

void set_password(UserCommand& command) {
  json::object body{{"password", ask_password("New password: ")}, {"temporary", command.temporary}};
  command.connection.call("PATCH", user_path(command.name), body);
  std::cout << "changed the password of " << command.name << '\n';
}

void remove(UserCommand& command) {
  command.connection.call("DELETE", user_path(command.name));
  std::cout << "deleted " << command.name << '\n';
}

void reset(UserCommand& command) {
  std::string password = reset_password(command.data, command.name);
  std::cout << fmt::format("The password of {} is now: {}\nIt is not shown again. The user is enabled.\n", command.name,
                           password);
}

CLI::App* add_named(CLI::App& app, const std::shared_ptr<UserCommand>& command, const std::string& name,
                    const std::string& description) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->add_option("name", command->name, "The user's name")->required();
  return sub;
}

void add_list(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = app.add_subcommand("list", "List users");
  command->connection.add_options(*sub);
  sub->callback([command] { list(*command); });
}

void add_add(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = add_named(app, command, "add", "Make a user; the password is asked for, or the input's first line");
  sub->add_option("--email", command->email, "The user's e-mail address");
  sub->add_option("--workspace", command->workspace, "A workspace beside the personal one; main when a role is given");
  sub->add_option("--role", command->role, "The role there")->check(CLI::IsMember({"viewer", "editor", "owner"}));
  sub->add_flag("--temporary", command->temporary, "The password must be changed at the first log-in");
  command->connection.add_options(*sub);
  sub->callback([command] { add(*command); });
}

void add_passwd(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = add_named(app, command, "passwd", "Set a user's password, asked for or the input's first line");
  sub->add_flag("--temporary", command->temporary, "It must be changed at the next log-in");
  command->connection.add_options(*sub);
  sub->callback([command] { set_password(*command); });
}

void add_delete(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = add_named(app, command, "delete", "Delete a user; tables stay");
  command->connection.add_options(*sub);
  sub->callback([command] { remove(*command); });
}

void add_reset(CLI::App& app, const std::shared_ptr<UserCommand>& command) {
  CLI::App* sub = add_named(app, command, "reset", "Give a user a new random password, while the server is stopped");
  sub->add_option("--data", command->data, "The server's data folder")->envname("BOATHOUSE_DATA")->required();
  sub->callback([command] { reset(*command); });
}

}  // namespace

void add_user(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<UserCommand>();
  CLI::App* sub = app.add_subcommand("user", "Users of the installation, for owners of main");
  sub->require_subcommand(1);
  add_list(*sub, command);
  add_add(*sub, command);
  add_passwd(*sub, command);
  add_delete(*sub, command);
  add_reset(*sub, command);
  sub->footer(
      "Examples:\n"
      "  boathouse user add ann --role editor               asks for ann's password\n"
      "  boathouse user list\n"
      "  boathouse user reset admin --data data             when admin's password is lost; stop the server first");
}

}  // namespace boathouse::app
