// SPDX-License-Identifier: Apache-2.0
// Waiting for a job of the server, with a bar on a terminal.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "app/commands/connection.h"
#include "app/commands/output.h"

namespace boathouse::app {

// The job once it has succeeded. Error{cancelled} when it was cancelled and Error{unprocessable} with its error when it
// failed.
boost::json::value wait_for_job(Connection& connection, const Output& output, const std::string& id);

// What a request answered that started a job, or the job once it has ended, as --no-wait says; `done` is for people.
struct JobOptions {
  bool no_wait = false;
  void add_option(CLI::App& command);
  void tell(Connection& connection, const Output& output, const boost::json::value& started,
            const std::string& done) const;
};

std::string job_path(const std::string& id, const std::string& rest = "");

}  // namespace boathouse::app
