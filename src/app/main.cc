// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "app/commands/command.h"

namespace {

constexpr const char* kFooter =
    "Ends with 0: done; 1: failed; 2: a wrong command line or setting; 3: done, but rows were rejected; 4: no server "
    "answers;\n"
    "5: wrong credentials or too few rights; 6: doctor found something that is left to be mended.\n"
    "\n"
    "Start here:\n"
    "  boathouse serve --data data                        prints admin's password at the first start\n"
    "  export BOATHOUSE_TOKEN=$(boathouse token create shell --user admin)\n"
    "  boathouse upload jobs.csv\n"
    "  boathouse sql 'FROM jobs'\n"
    "Each command has its own --help.";

// "boathouse nope": CLI11 alone would say that a command is missing.
bool names_no_command(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands({});
  return !word.starts_with('-') && std::none_of(commands.begin(), commands.end(),
                                                [&](const CLI::App* command) { return command->get_name() == word; });
}

void tell_commands(const CLI::App& app, const std::string& word) {
  std::cerr << "boathouse: there is no command '" << word << "'. Commands:";
  for (const CLI::App* command : app.get_subcommands({})) std::cerr << ' ' << command->get_name();
  std::cerr << "\nRun boathouse --help for more.\n";
}

int run(int argc, char** argv) {
  using namespace boathouse::app;
  CLI::App app("Boathouse: a small house on the data lake", "boathouse");
  ExitStatus status = kOk;
  app.set_version_flag("--version", "boathouse " BOATHOUSE_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  add_serve(app, status);
  add_apply(app, status);
  add_user(app, status);
  add_token(app, status);
  add_key(app, status);
  add_upload(app, status);
  add_backup(app, status);
  add_restore(app, status);
  add_sql(app, status);
  add_profile(app, status);
  add_query(app, status);
  add_tail(app, status);
  add_table(app, status);
  add_job(app, status);
  add_doctor(app, status);
  add_completion(app, status);
  if (argc > 1 && names_no_command(app, argv[1])) {
    tell_commands(app, argv[1]);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  } catch (const boathouse::base::Error& error) {
    std::cerr << "boathouse: " << error.message() << '\n';
    return status_of(error);
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "boathouse: " << error.what() << '\n';
    return boathouse::app::kFailed;
  }
}
