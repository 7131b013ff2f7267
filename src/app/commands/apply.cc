// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/output.h"
#include "app/commands/remote_installer.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct ApplyCommand {
  Connection connection;
  Output output;
  std::string directory;
};

json::object to_json(const core::Applied& applied) {
  json::array items;
  for (const core::AppliedItem& item : applied.items) {
    items.push_back({{"kind", item.kind}, {"name", item.name}, {"action", item.action}});
  }
  json::array problems;
  for (const core::FileProblem& problem : applied.problems) {
    problems.push_back(
        {{"file", problem.file}, {"line", problem.line}, {"key", problem.key}, {"message", problem.message}});
  }
  return {{"items", std::move(items)}, {"problems", std::move(problems)}};
}

ExitStatus run(ApplyCommand& command) {
  core::Installation installation = core::read_installation(command.directory);
  core::Applied applied = RemoteInstaller(command.connection).apply(installation);
  if (command.output.is_json()) {
    command.output.say(to_json(applied), "");
  } else {
    print_applied(applied);
  }
  return applied.problems.empty() ? kOk : kFailed;
}

}  // namespace

void print_applied(const core::Applied& applied) {
  for (const core::AppliedItem& item : applied.items) {
    std::cout << fmt::format("{:<8} {:<8} {}\n", item.action, item.kind, item.name);
  }
  std::cout.flush();
  for (const core::FileProblem& problem : applied.problems) std::cerr << problem.to_text() << '\n';
}

void add_apply(CLI::App& app, ExitStatus& status) {
  auto command = std::make_shared<ApplyCommand>();
  CLI::App* sub = app.add_subcommand("apply", "Make a running server what a folder of files says");
  sub->add_option("directory", command->directory,
                  "users.toml, tables/*.toml, insights/*.sql, triggers.toml, sinks.toml")
      ->required();
  command->connection.add_options(*sub);
  command->output.add_option(*sub);
  sub->footer(
      "Tells what it created, changed or left, and does nothing twice. Of a file with a mistake nothing is applied; "
      "the\n"
      "mistake is told as FILE:LINE: KEY: what is wrong.\n"
      "Examples:\n"
      "  boathouse apply examples/hiring --user admin\n"
      "  boathouse apply house/ --url https://lake.example.org --token bh_..");
  sub->callback([command, &status] { status = run(*command); });
}

}  // namespace boathouse::app
