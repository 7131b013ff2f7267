// SPDX-License-Identifier: Apache-2.0
// The whole server: every part made, wired and ended in the right order. One thread makes, starts and stops it.
#pragma once

#include <atomic>
#include <optional>

#include "api/common/services.h"
#include "app/data_lock.h"
#include "app/options.h"
#include "core/buckets.h"
#include "core/file_runs.h"
#include "core/flow_datasets.h"
#include "core/flow_rules.h"
#include "core/flow_tasks.h"
#include "core/house_keeping.h"
#include "core/installation.h"
#include "core/lake_ingress.h"
#include "core/long_queries.h"
#include "core/multipart.h"
#include "core/profiles.h"
#include "core/sink_copy.h"
#include "core/sinks.h"
#include "core/watched_folders.h"
#include "jobs/scheduler.h"
#include "net/metrics.h"
#include "net/router.h"
#include "net/server.h"
#include "store/local_store.h"

namespace boathouse::app {

class House {
 public:
  // Makes the data folder where it is missing and brings the metadata up to date. Nothing listens yet. Throws base::Error:
  // conflict when another server works on the folder.
  explicit House(const Settings& settings, const std::filesystem::path& worker = worker_executable());
  // Stops with no patience.
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  // The random password of `admin`, where this start made one.
  const std::optional<std::string>& new_admin_password() const { return new_admin_password_; }

  // Every route of every door.
  const net::Router& router() const { return router_; }

  // Users, contracts and insights from files, on the house's own behalf.
  core::Applied apply(const std::filesystem::path& directory);

  // Listens, says so in run/listen.json, and returns the bound addresses.
  struct Addresses {
    std::string http;
    std::string s3;
  };
  Addresses start();
  // /readyz says 503, no connection is accepted, requests finish for up to `patience`, running jobs
  // are put back.
  void stop(std::chrono::milliseconds patience);

 private:
  void add_job_kinds();
  void add_house_keeping();
  void add_object_jobs();
  void warm_a_worker();

  const Settings settings_;
  const std::filesystem::path data_;  // real paths
  const std::filesystem::path warehouse_;
  const DataLock lock_;
  base::Durations metadata_commits_;
  std::unique_ptr<meta::MetaStore> meta_;
  store::LocalStore store_;
  store::LocalStore archive_;  // of backups
  iceberg::MetadataCache cache_;
  engine::WorkerPool engine_;
  auth::Auth auth_;
  core::TableLocks locks_;
  core::FileUses uses_;
  core::Figures figures_;
  core::Parts parts_;
  core::Queries queries_;
  core::Frames frames_;
  core::KeptFiles downloads_;
  core::Tables tables_;
  core::TableHistory history_;
  core::Insights insights_;
  core::Profiles profiles_;
  core::Ingest ingest_;
  core::Documents documents_;
  core::Backups backups_;
  core::HouseKeeping house_keeping_;
  core::Jobs jobs_;
  core::LongQueries long_queries_;
  core::Sinks sinks_;
  core::SinkCopies sink_copies_;
  jobs::Scheduler scheduler_;
  core::Quarantine quarantine_;
  core::ObjectFiles object_files_;
  core::Buckets buckets_;
  core::Triggers triggers_;
  core::Notifications notifications_;
  core::FileRuns file_runs_;
  core::Objects objects_;
  core::Multipart multipart_;
  core::LakeIngress lake_ingress_;
  core::WatchedFolders watched_folders_;
  core::Flows flows_;
  core::FlowTasks flow_tasks_;
  core::FlowRules flow_rules_;
  core::FlowDatasets flow_datasets_;
  api::PublicUrl public_url_;
  api::Services services_;
  // What runs on the pools uses all of the above, so they end first.
  base::ThreadPool work_;
  base::ThreadPool engine_work_;
  std::optional<std::string> new_admin_password_;
  std::atomic<bool> ready_ = false;
  net::Metrics metrics_;
  net::Router router_;
  net::Router s3_router_;  // of the listener that speaks nothing else
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Server> s3_server_;
};

}  // namespace boathouse::app
