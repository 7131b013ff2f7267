// SPDX-License-Identifier: Apache-2.0
// Turns what went wrong in a worker into the one error of the house. Pure.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/pool.h"

namespace boathouse::engine {

// Exit codes of a worker that ends itself, see protocol.md.
inline constexpr int kExitStack = 3;
inline constexpr int kExitMemory = 4;

struct WorkerError {
  std::string
      type;  // DuckDB's exception type, "Binder", or one of ours: "Not read-only", "Result too large", "Protocol"
  std::string message;
  std::optional<std::int64_t> position;  // byte offset in the SQL
  bool fatal = false;                    // the worker is not to be used again
};

// Parses what a worker wrote, nested as deeply as its results may be.
boost::json::value parse_json(std::string_view text);

WorkerError read_worker_error(std::string_view payload);

// Folders of the worker are taken out of the message.
base::Error to_error(const WorkerError& error, const Confinement& confinement, const std::filesystem::path& spill);

// "exit code 3", "signal 9".
std::string describe_death(int status);

// The error of a worker that ended, by the status that waitpid gave.
base::Error death_error(int status);

}  // namespace boathouse::engine
