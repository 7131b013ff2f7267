// SPDX-License-Identifier: Apache-2.0
#include "engine/worker_error.h"

#include <signal.h>
#include <sys/wait.h>

namespace boathouse::engine {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxJsonDepth = 512;
constexpr std::string_view kOutOfMemory = "Out of Memory";

void remove_all(std::string& text, const std::string& part) {
  for (std::size_t at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// DuckDB's exception types that say nothing about the statement itself; every other one means that the SQL is wrong.
ErrorKind kind_of(const WorkerError& error) {
  if (error.type == "Permission" || error.type == "Not read-only") return ErrorKind::permission_denied;
  if (error.type == "Interrupt") return ErrorKind::cancelled;
  if (error.type == kOutOfMemory || error.type == "Result too large") return ErrorKind::too_large;
  if (error.type == "IO") {
    if (contains(error.message, "File too large")) return ErrorKind::too_large;
    if (contains(error.message, "No space left") || contains(error.message, "quota")) return ErrorKind::storage_full;
    return ErrorKind::unavailable;
  }
  if (error.type == "INTERNAL" || error.type == "FATAL" || error.fatal) return ErrorKind::unprocessable;
  return ErrorKind::invalid_argument;
}

constexpr std::string_view kMoreMemory =
    "the statement needs more memory than it may have: read fewer columns or rows at a time, filter before joining or "
    "sorting, or have the server's engine_memory raised";
constexpr std::string_view kMoreSpill =
    "the statement needs more temporary space on disk than it may have: read fewer columns or rows at a time, filter "
    "before joining or sorting, or have the server's engine_max_spill raised";

// To change a setting, from there to the end of the line.
void drop_advice(std::string& text) {
  for (std::string_view advice : {"Use \"SET ", "Use SET ", "* SET "}) {
    for (std::size_t at = text.find(advice); at != std::string::npos; at = text.find(advice, at)) {
      text.erase(at, text.find('\n', at) - at);
      while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n')) text.erase(--at, 1);
    }
  }
}

// DuckDB's own words, but for advice that its users here cannot follow: settings are locked.
std::string words_of(const WorkerError& error) {
  if (error.type != kOutOfMemory) {
    std::string words = error.message;
    drop_advice(words);
    return words;
  }
  return std::string(contains(error.message, "max_temp_directory_size") ? kMoreSpill : kMoreMemory);
}

}  // namespace

boost::json::value parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(text, failed, {}, options);
  if (failed) throw base::Error(ErrorKind::internal, "the engine's answer cannot be read: " + failed.message());
  return value;
}

WorkerError read_worker_error(std::string_view payload) {
  WorkerError error;
  const boost::json::value parsed = parse_json(payload);
  const boost::json::object& fields = parsed.as_object();
  error.type = fields.at("type").as_string();
  error.message = fields.at("message").as_string();
  if (const auto* position = fields.if_contains("position")) error.position = position->to_number<std::int64_t>();
  // Some paths give DuckDB's words without their type.
  if (error.message.starts_with(kOutOfMemory)) error.type = kOutOfMemory;
  // A process that came to its limit may keep what it has, and fail the next statement for it.
  error.fatal =
      error.type == "INTERNAL" || error.type == "FATAL" || error.type == "Protocol" || error.type == kOutOfMemory;
  return error;
}

base::Error to_error(const WorkerError& error, const Confinement& confinement, const std::filesystem::path& spill) {
  std::string message = words_of(error);
  remove_all(message, spill.string());
  for (const auto& folder : confinement.readable) remove_all(message, folder.string());
  for (const auto& folder : confinement.writable) remove_all(message, folder.string());
  base::Error result(kind_of(error), std::move(message));
  result.while_doing("engine: " + error.type + ": " + error.message);
  if (error.position) return std::move(result).with("position", *error.position);
  return result;
}

std::string describe_death(int status) {
  return WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                           : "signal " + std::to_string(WTERMSIG(status));
}

base::Error death_error(int status) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  base::Error error = code == kExitStack
                          ? base::Error(ErrorKind::too_large, "the statement is nested too deeply: its stack ran out")
                      : code == kExitMemory ? base::Error(ErrorKind::too_large, std::string(kMoreMemory))
                                            : base::Error(ErrorKind::unprocessable, "the statement ended its worker");
  error.while_doing("engine: a worker ended with " + describe_death(status));
  return error;
}

}  // namespace boathouse::engine
