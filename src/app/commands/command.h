// SPDX-License-Identifier: Apache-2.0
// The commands of `boathouse`, one file each. A command is added to the line's parser and runs while it parses; what it
// cannot do it throws as base::Error.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/error.h"

namespace boathouse::app {

// How a command ended; the help of `boathouse` tells the same.
enum ExitStatus : int {
  kOk = 0,
  kFailed = 1,        // refused by the server, or impossible
  kUsage = 2,         // a wrong command line or setting
  kRowsRejected = 3,  // done, but for rows that wait in quarantine
  kUnreachable = 4,   // no server answers
  kNotAllowed = 5,    // wrong credentials, or too few rights
  kUnsound = 6,       // doctor: something is left to be mended
};

ExitStatus status_of(const base::Error& error);

// A value that the command line's parser takes and the command does not: ends with kUsage.
struct WrongUsage : base::Error {
  explicit WrongUsage(std::string message) : Error(base::ErrorKind::invalid_argument, std::move(message)) {}
};

// Each adds one command with its help; `status` is where a run leaves how it ended and outlives the parser.
void add_serve(CLI::App& app, ExitStatus& status);
void add_apply(CLI::App& app, ExitStatus& status);
void add_user(CLI::App& app, ExitStatus& status);
void add_token(CLI::App& app, ExitStatus& status);
void add_key(CLI::App& app, ExitStatus& status);
void add_backup(CLI::App& app, ExitStatus& status);
void add_restore(CLI::App& app, ExitStatus& status);
void add_upload(CLI::App& app, ExitStatus& status);
void add_sql(CLI::App& app, ExitStatus& status);
void add_profile(CLI::App& app, ExitStatus& status);
void add_tail(CLI::App& app, ExitStatus& status);
void add_query(CLI::App& app, ExitStatus& status);
void add_table(CLI::App& app, ExitStatus& status);
void add_job(CLI::App& app, ExitStatus& status);
void add_doctor(CLI::App& app, ExitStatus& status);
void add_completion(CLI::App& app, ExitStatus& status);

}  // namespace boathouse::app
