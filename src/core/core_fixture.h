// SPDX-License-Identifier: Apache-2.0
// A house for tests: a data directory of its own, SQLite, local files and real workers.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "core/ingest.h"
#include "core/quarantine.h"
#include "core/query.h"
#include "core/table_history.h"
#include "core/tables.h"
#include "meta/sqlite_store.h"
#include "store/local_store.h"

namespace boathouse::core {

class CoreTest : public ::testing::Test {
 protected:
  CoreTest()
      : folder_(std::filesystem::temp_directory_path(), "boathouse-core-"),
        store_(folder_.path() / "warehouse"),
        meta_(meta::open_sqlite_store(folder_.path() / "boathouse.db")),
        cache_(store_, 64 << 20),
        engine_({.worker_executable = BOATHOUSE_WORKER, .spill_root = folder_.path() / "spill"}),
        parts_{.meta = *meta_,
               .cache = cache_,
               .engine = engine_,
               .locks = locks_,
               .uses = uses_,
               .counters = counters_,
               .figures = figures_,
               .layout = Layout(folder_.path(), folder_.path() / "warehouse"),
               .limits = {}},
        ingest_(parts_),
        quarantine_(parts_, ingest_),
        queries_(parts_),
        tables_(parts_, queries_),
        history_(parts_) {
    workspace_ = make_workspace("main");
  }

  meta::WorkspaceRow make_workspace(const std::string& name) {
    meta::WorkspaceRow workspace;
    workspace.id = base::WorkspaceId(base::uuid_v4());
    workspace.name = name;
    EXPECT_TRUE(meta_->accounts().create_workspace(workspace, std::nullopt, {}));
    return workspace;
  }

  IngestRequest request(std::string table, BodyFormat format = BodyFormat::csv) {
    IngestRequest wanted;
    wanted.origin = {
        .door = "test", .principal = "tester", .request = base::RequestId(base::uuid_v4()), .file_name = {}};
    wanted.workspace = workspace_;
    wanted.table = std::move(table);
    wanted.format = format;
    return wanted;
  }

  Committed send(IngestRequest wanted, std::string_view body) {
    Receiver receiver = ingest_.receive(std::move(wanted));
    receiver.write(body);
    return ingest_.commit(ingest_.write(ingest_.check(receiver.finish())));
  }
  Outcome load(std::string table, std::string_view csv, WriteMode mode = WriteMode::append,
               std::vector<std::string> key = {}) {
    IngestRequest wanted = request(std::move(table));
    wanted.mode = mode;
    wanted.key = std::move(key);
    return send(std::move(wanted), csv).outcome;
  }

  void put_contract(const std::string& table, std::string_view json_text) {
    tables_.put_contract(workspace_, table, parse_contract_json(boost::json::parse(json_text)),
                         {.principal = "tester", .request = {}, .door = "test"});
  }

  // The rows of a query as JSON text, "[[1,"a"],..]".
  std::string sql(const std::string& statement) {
    struct Text : engine::ResultConsumer {
      std::string text;
      void on_columns(const std::vector<engine::Column>&) override {}
      void on_bytes(std::string_view bytes) override { text += bytes; }
    } text;
    QueryRequest wanted;
    wanted.sql = statement;
    wanted.workspace = workspace_;
    wanted.lookup = [this](std::string_view name) {
      auto found = meta_->accounts().find_workspace(name);
      if (!found) throw base::Error(base::ErrorKind::not_found, "no such workspace");
      return *found;
    };
    queries_.run(wanted, text);
    return "[" + text.text + "]";
  }

  // The error of a call, or one of kind `internal` named "no error".
  template <class Call>
  static base::Error error_of(Call call) {
    try {
      call();
    } catch (const base::Error& error) {
      return error;
    }
    return base::Error(base::ErrorKind::internal, "no error");
  }

  base::TemporaryFolder folder_;
  store::LocalStore store_;
  std::unique_ptr<meta::MetaStore> meta_;
  iceberg::MetadataCache cache_;
  engine::WorkerPool engine_;
  TableLocks locks_;
  FileUses uses_;
  auth::WorkspaceCounters counters_;
  Figures figures_;
  Parts parts_;
  Ingest ingest_;
  Quarantine quarantine_;
  Queries queries_;
  Tables tables_;
  TableHistory history_;
  meta::WorkspaceRow workspace_;
};

}  // namespace boathouse::core
