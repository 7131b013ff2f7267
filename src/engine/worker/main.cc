// SPDX-License-Identifier: Apache-2.0
// boathouse-worker: runs the statements of one confinement in DuckDB, for the server that started it (protocol.md).
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "engine/crash.h"
#include "engine/frame.h"
#include "engine/sandbox.h"
#include "engine/worker/session.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

constexpr int kSocket = 3;
// What the process itself, thread stacks and DuckDB's memory outside its own count may take beyond DuckDB's limit.
constexpr std::uint64_t kMemoryBeside = 512ULL << 20;

std::vector<std::filesystem::path> to_paths(const json::value& list) {
  std::vector<std::filesystem::path> paths;
  for (const json::value& path : list.as_array()) paths.emplace_back(std::string_view(path.as_string()));
  return paths;
}

// Commands on their way from the socket to the thread that runs them; the server sends one at a time.
class Inbox {
 public:
  void put(json::object command) {
    {
      std::lock_guard lock(mutex_);
      commands_.push_back(std::move(command));
    }
    arrived_.notify_one();
  }
  json::object take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !commands_.empty(); });
    json::object command = std::move(commands_.front());
    commands_.pop_front();
    return command;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<json::object> commands_;  // guarded by mutex_
};

json::object parse_object(const std::string& text) {
  json::parse_options options;
  options.max_depth = 64;
  return json::parse(text, {}, options).as_object();
}

// Reads until the server is gone, which ends the process even while a statement runs.
void read_socket(FrameReader& reader, Interrupts& interrupts, Inbox& inbox) {
  Frame frame;
  while (reader.read(frame) == Io::ok) {
    json::object message = parse_object(frame.payload);
    const auto id = message.at("id").to_number<std::uint64_t>();
    if (frame.type == FrameType::command) {
      interrupts.begin(id);
      inbox.put(std::move(message));
    } else if (frame.type == FrameType::interrupt) {
      interrupts.interrupt(id);
    } else {
      break;
    }
  }
  ::_exit(0);
}

SessionOptions to_options(const json::object& hello) {
  SessionOptions options{
      .ingest = hello.at("kind").as_string() != "query",
      .folders = to_paths(hello.at("readable")),
      .spill = std::string(hello.at("spill").as_string()),
      .memory_limit_bytes = hello.at("memory_limit").to_number<std::uint64_t>(),
      .threads = hello.at("threads").to_number<std::uint64_t>(),
      .max_temp_bytes = hello.at("max_temp_bytes").to_number<std::uint64_t>(),
  };
  for (auto& folder : to_paths(hello.at("writable"))) options.folders.push_back(std::move(folder));
  options.folders.push_back(options.spill);
  return options;
}

ResourceLimits resources(const SessionOptions& options) {
  return {.memory_bytes = options.memory_limit_bytes + options.memory_limit_bytes / 2 + kMemoryBeside,
          .file_size_bytes = options.ingest ? 0 : options.max_temp_bytes};
}

// True when Landlock holds.
bool give_up_rights(const json::object& hello, const SessionOptions& options) {
  std::vector<std::filesystem::path> writable = to_paths(hello.at("writable"));
  writable.push_back(options.spill);
  return confine(to_paths(hello.at("readable")), writable, hello.at("confined").as_bool());
}

// What `ps` and /proc tell the workers apart by.
void take_name(const json::object& hello) {
  const std::string name = fmt::format("bh-{}", std::string_view(hello.at("kind").as_string()));
  ::prctl(PR_SET_NAME, name.c_str());
}

void serve(FrameReader& reader, Output& output) {
  Frame frame;
  if (reader.read(frame) != Io::ok || frame.type != FrameType::hello) return;
  const json::object hello = parse_object(frame.payload);
  const SessionOptions options = to_options(hello);
  take_name(hello);

  limit_resources(resources(options));
  // DuckDB looks at the machine's own limits when it opens, and reads nothing else.
  Session session(options, output);
  const bool confined = give_up_rights(hello, options);
  session.lock_down();

  Inbox inbox;
  std::thread reading([&] { read_socket(reader, session.interrupts(), inbox); });
  output.send(FrameType::ready, json::serialize(json::object{{"confined", confined}}));
  while (true) {
    const json::object command = inbox.take();
    output.send(FrameType::begun, json::serialize(json::object{{"id", command.at("id")}}));
    session.handle(command);
  }
}

void report(Output& output, std::string_view reason) {
  output.send(FrameType::error, json::serialize(json::object{{"id", 0}, {"type", "Setup"}, {"message", reason}}));
}

int run_worker(pid_t parent) {
  follow_parent(parent);
  watch_for_crashes();
  CrashStack crash_stack;
  Output output(kSocket);
  FrameReader reader(kSocket);
  try {
    serve(reader, output);
  } catch (const DuckError& error) {
    report(output, error.message);
  } catch (const std::exception& error) {
    report(output, error.what());
  }
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace boathouse::engine

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  return boathouse::engine::run_worker(static_cast<pid_t>(std::strtol(argv[1], nullptr, 10)));
}
