// SPDX-License-Identifier: Apache-2.0
// What the engine's tests share: a pool of real workers in a temporary folder, a consumer that keeps what it gets.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/time.h"
#include "engine/pool.h"

namespace boathouse::engine {

// A result in memory.
struct Collected : ResultConsumer {
  std::vector<Column> columns;
  std::string bytes;
  void on_columns(const std::vector<Column>& got) override { columns = got; }
  void on_bytes(std::string_view got) override { bytes += got; }
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() : folder_(std::filesystem::temp_directory_path(), "engine-test-") {
    std::filesystem::create_directory(data());
    std::filesystem::create_directory(staging());
  }

  std::filesystem::path root() const { return folder_.path(); }
  std::filesystem::path data() const { return root() / "data"; }
  std::filesystem::path staging() const { return root() / "staging"; }

  PoolOptions options() const {
    PoolOptions options;
    options.worker_executable = BOATHOUSE_WORKER;
    options.spill_root = root() / "spill";
    return options;
  }
  Confinement query_on(const std::string& workspace = "w") const {
    return {
        .kind = WorkerKind::query, .workspaces = {base::WorkspaceId(workspace)}, .readable = {data()}, .writable = {}};
  }
  Confinement ingest_on(const std::string& workspace = "w") const {
    return {.kind = WorkerKind::ingest,
            .workspaces = {base::WorkspaceId(workspace)},
            .readable = {data()},
            .writable = {staging()}};
  }
  static base::Micros in(base::Micros duration) { return base::steady_micros() + duration; }
  static Lease take(WorkerPool& pool, const Confinement& confinement, base::Micros limit = 30 * base::kSecond) {
    return pool.acquire(confinement, confinement.workspaces.front(), in(limit));
  }

  // The bytes of a query's result.
  static std::string ask(Lease& lease, const std::string& sql, ResultFormat format = ResultFormat::json_rows,
                         boost::json::value params = nullptr) {
    QueryCommand command;
    command.sql = sql;
    command.format = format;
    command.params = std::move(params);
    Collected collected;
    lease.query(command, collected);
    return collected.bytes;
  }

  // The error that `call` throws; a failure of the test when it throws none.
  template <class Call>
  static base::Error error_of(Call&& call) {
    try {
      call();
    } catch (const base::Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {base::ErrorKind::internal, "no error"};
  }

  // The workers, as processes: the children of this one's threads.
  static std::vector<pid_t> children() {
    std::vector<pid_t> pids;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
      std::ifstream list(thread.path() / "children");
      for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
    }
    return pids;
  }
  // As in /proc: R, S, Z... or 0 for a process that is gone.
  static char state_of(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name_end = line.rfind(')');
    return name_end == std::string::npos ? '\0' : line.at(name_end + 2);
  }

 private:
  base::TemporaryFolder folder_;
};

}  // namespace boathouse::engine
