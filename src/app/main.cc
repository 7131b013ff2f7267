// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/command.h"

namespace {

constexpr const char* kFooter =
    "Ends with 0: done; 1: failed; 2: a wrong command line; 3: done, but rows were rejected; 4: no server answers;\n"
    "5: wrong credentials or too few rights.\n"
    "\n"
    "Start here:\n"
    "  boathouse serve --data data                        prints admin's password at the first start\n"
    "  export BOATHOUSE_TOKEN=$(boathouse token create shell --user admin)\n"
    "  boathouse upload jobs.csv\n"
    "  boathouse sql 'FROM jobs'\n"
    "Each command has its own --help.";

int run(int argc, char** argv) {
  using namespace boathouse::app;
  CLI::App app("Boathouse: a small house on the data lake", "boathouse");
  ExitStatus status = kOk;
  app.require_subcommand(1);
  app.footer(kFooter);
  add_serve(app, status);
  add_apply(app, status);
  add_user(app, status);
  add_token(app, status);
  add_key(app, status);
  add_upload(app, status);
  add_sql(app, status);
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
