// SPDX-License-Identifier: Apache-2.0
// One subcommand that talks to a server: its options, its example, and what it runs.
#pragma once

#include <memory>
#include <string>

#include "app/commands/connection.h"
#include "app/commands/output.h"

namespace boathouse::app {

// `Command` has a `connection` and an `output`; `run` is called while the line is parsed. `example` is what follows
// `boathouse` on a line that works.
template <class Command>
CLI::App* add_client_command(CLI::App& app, const std::shared_ptr<Command>& command, const std::string& name,
                             const std::string& description, const std::string& example, void (*run)(Command&)) {
  CLI::App* sub = app.add_subcommand(name, description);
  command->connection.add_options(*sub);
  command->output.add_option(*sub);
  sub->footer("Example:\n  boathouse " + example);
  sub->callback([command, run] { run(*command); });
  return sub;
}

}  // namespace boathouse::app
