// SPDX-License-Identifier: Apache-2.0
// A worker for tests of SQL that core writes or judges: one for a whole suite, since starting it costs time.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "engine/pool.h"

namespace boathouse::core {

class WorkerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<base::TemporaryFolder>(std::filesystem::temp_directory_path(), "worker-test-");
    staging_ = folder_->path() / "staging";
    std::filesystem::create_directory(staging_);
    engine::PoolOptions options;
    options.worker_executable = BOATHOUSE_WORKER;
    options.spill_root = folder_->path() / "spill";
    pool_ = std::make_unique<engine::WorkerPool>(options);
    base::WorkspaceId workspace("w");
    engine::Confinement confinement{
        .kind = engine::WorkerKind::ingest, .workspaces = {workspace}, .readable = {}, .writable = {staging_}};
    lease_ = std::make_unique<engine::Lease>(pool_->acquire(confinement, workspace, engine::kNoDeadline));
  }
  static void TearDownTestSuite() {
    lease_.reset();
    pool_.reset();
    folder_.reset();
  }

  static engine::Lease& lease() { return *lease_; }
  static const std::filesystem::path& staging() { return staging_; }
  // The rows of one statement.
  static boost::json::array rows(const std::string& sql) { return lease().execute({sql}).at(0).rows; }

 private:
  static inline std::unique_ptr<base::TemporaryFolder> folder_;
  static inline std::filesystem::path staging_;
  static inline std::unique_ptr<engine::WorkerPool> pool_;
  static inline std::unique_ptr<engine::Lease> lease_;
};

}  // namespace boathouse::core
