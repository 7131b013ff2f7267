// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite_store.h"

#include "meta/sqlite/buckets.h"
#include "meta/sqlite/flows.h"
#include "meta/sqlite/profiles.h"
#include "meta/sqlite/sinks.h"
#include "meta/sqlite/subjects.h"
#include "meta/sqlite/triggers.h"

namespace boathouse::meta {
namespace {

class SqliteStore : public MetaStore {
 public:
  SqliteStore(const std::filesystem::path& file, const SqliteOptions& options) : database_(file, options) {}

  AccountStore& accounts() override { return accounts_; }
  CatalogStore& catalog() override { return catalog_; }
  InsightStore& insights() override { return insights_; }
  AuditStore& audit() override { return audit_; }
  JobStore& jobs() override { return jobs_; }
  PoolStore& pools() override { return pools_; }
  BucketStore& buckets() override { return buckets_; }
  SinkStore& sinks() override { return sinks_; }
  TriggerStore& triggers() override { return triggers_; }
  FlowStore& flows() override { return flows_; }
  ProfileStore& profiles() override { return profiles_; }
  void copy_to(const std::filesystem::path& file) override { database_.copy_to(file); }

 private:
  sqlite::Database database_;
  JobSignal job_signal_;
  sqlite::Accounts accounts_{database_, job_signal_};
  sqlite::Catalog catalog_{database_, job_signal_};
  sqlite::Insights insights_{database_};
  sqlite::Audit audit_{database_};
  sqlite::Jobs jobs_{database_, job_signal_};
  sqlite::Pools pools_{database_};
  sqlite::Buckets buckets_{database_, job_signal_};
  sqlite::Sinks sinks_{database_, job_signal_};
  sqlite::Triggers triggers_{database_};
  sqlite::Flows flows_{database_, job_signal_};
  sqlite::Profiles profiles_{database_};
};

}  // namespace

std::unique_ptr<MetaStore> open_sqlite_store(const std::filesystem::path& file, const SqliteOptions& options) {
  return std::make_unique<SqliteStore>(file, options);
}

}  // namespace boathouse::meta
