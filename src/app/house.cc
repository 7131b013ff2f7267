// SPDX-License-Identifier: Apache-2.0
#include "app/house.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/aws/routes.h"
#include "api/cognito/routes.h"
#include "api/dataapi/routes.h"
#include "api/dataframes/routes.h"
#include "api/documents/routes.h"
#include "api/flows/routes.h"
#include "api/native/routes.h"
#include "api/s3/routes.h"
#include "api/system/routes.h"
#include "app/figures.h"
#include "app/process_figures.h"
#include "app/webhooks.h"
#include "base/error.h"
#include "base/log.h"
#include "core/backup_jobs.h"
#include "core/profile_job.h"
#include "core/sweep.h"
#include "meta/sqlite_store.h"

namespace boathouse::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kCacheBytes = 64 << 20;
// Short work never waits for a worker, so a few threads are plenty; they also carry bodies in and out.
constexpr std::size_t kWorkThreads = 16;
constexpr std::size_t kWorkQueue = 4096;
// Threads here mostly wait for a worker. More than one workspace may queue for (engine::PoolOptions), so that a busy one
// leaves threads to the others.
constexpr std::size_t kEngineThreads = 128;
constexpr std::size_t kEngineQueue = 1024;

fs::path made(const fs::path& folder) {
  try {
    base::make_directories_durably(folder);
    return fs::canonical(folder);
  } catch (const base::Error& error) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      fmt::format("the folder {} cannot be made: {}", folder.string(), error.message()));
  }
}

// Nothing of an earlier process is left in staging when the first of this one's work begins.
const core::Parts& with_clear_staging(const core::Parts& parts) {
  parts.layout.clear_staging();
  return parts;
}

}  // namespace

House::House(const Settings& settings, const fs::path& worker)
    : settings_(settings),
      data_(made(settings.data)),
      warehouse_(made(warehouse_folder(settings, data_))),
      lock_(data_),
      meta_(meta::open_sqlite_store(data_ / "boathouse.db", {.commit_times = &metadata_commits_})),
      store_(warehouse_),
      archive_(data_ / "backups"),
      cache_(store_, kCacheBytes),
      engine_(pool_options(settings, data_, worker)),
      auth_(*meta_, auth_options(settings, data_)),
      parts_{.meta = *meta_,
             .cache = cache_,
             .engine = engine_,
             .locks = locks_,
             .uses = uses_,
             .counters = auth_.counters,
             .figures = figures_,
             .layout = core::Layout(data_, warehouse_),
             .limits = core_limits(settings),
             .upkeep = upkeep_options(settings),
             .profiling = settings.profiles == "on"},
      queries_(parts_),
      frames_(parts_, queries_),
      downloads_(data_ / "cache" / "frames"),
      tables_(parts_, queries_),
      history_(parts_),
      insights_(parts_, queries_),
      profiles_(parts_),
      ingest_(with_clear_staging(parts_)),
      documents_(parts_, ingest_, document_options(settings, data_)),
      backups_(parts_, archive_),
      house_keeping_(parts_),
      jobs_(*meta_, auth_),
      long_queries_(parts_, auth_, queries_, jobs_, data_ / "cache" / "queries", long_query_rules(settings)),
      sinks_(parts_, auth_.access, auth_.sink_secrets),
      sink_copies_(parts_, auth_.sink_secrets),
      scheduler_(meta_->jobs(), scheduler_options(settings, node_id(data_))),
      quarantine_(parts_, ingest_),
      object_files_(*meta_, uses_, data_ / "buckets"),
      buckets_(parts_, object_files_),
      triggers_(parts_),
      notifications_(parts_, auth_.sealer),
      file_runs_(parts_, ingest_, object_files_, sinks_),
      objects_(parts_, object_files_, triggers_, notifications_),
      multipart_(parts_, object_files_, objects_),
      lake_ingress_(parts_, documents_),
      watched_folders_(parts_, buckets_, objects_, triggers_, watched_folders(settings, data_)),
      flows_(parts_),
      flow_tasks_(parts_, flows_),
      flow_rules_(parts_, flows_),
      flow_datasets_({parts_, flows_, ingest_, buckets_, objects_, object_files_}, settings.flows_dataset_bytes),
      public_url_(public_url(settings, settings.listen)),
      services_{.auth = auth_,
                .parts = parts_,
                .tables = tables_,
                .history = history_,
                .ingest = ingest_,
                .documents = documents_,
                .quarantine = quarantine_,
                .queries = queries_,
                .frames = frames_,
                .downloads = downloads_,
                .long_queries = long_queries_,
                .insights = insights_,
                .profiles = profiles_,
                .backups = backups_,
                .archive = archive_,
                .jobs = jobs_,
                .sinks = sinks_,
                .buckets = buckets_,
                .objects = objects_,
                .multipart = multipart_,
                .lake_ingress = lake_ingress_,
                .triggers = triggers_,
                .notifications = notifications_,
                .flows = flows_,
                .flow_tasks = flow_tasks_,
                .flow_rules = flow_rules_,
                .flow_datasets = flow_datasets_,
                .work = work_,
                .engine_work = engine_work_,
                .spool = data_ / "staging" / "spool",
                .max_dataframe_bytes = settings.max_dataframe_bytes,
                .public_url = public_url_,
                .max_documents_bytes = settings.documents_max_request,
                .signup_open = signup_is_open(settings),
                .documents_authorization = settings.documents_authorization},
      work_(kWorkThreads, kWorkQueue),
      engine_work_(kEngineThreads, kEngineQueue) {
  parts_.landed = &documents_;
  backups_.remove_incomplete();
  base::make_directories_durably(services_.spool);
  new_admin_password_ = auth_.accounts.bootstrap(settings_.admin_password);
  add_job_kinds();
  add_house_keeping();
  add_object_jobs();
  add_process_figures(metrics_, data_);
  add_figures(metrics_, {.engine = engine_,
                         .core = figures_,
                         .cache = cache_,
                         .metadata_commits = metadata_commits_,
                         .work = work_,
                         .engine_work = engine_work_,
                         .documents = documents_,
                         .jobs = scheduler_.kinds()});
  api::system::add_routes(
      router_, [this] { return ready_ && !documents_.log_figures().failed; }, metrics_);
  api::native::add_routes(router_, services_);
  api::dataapi::add_routes(router_, services_);
  api::dataframes::add_routes(router_, services_);
  api::cognito::add_routes(router_, services_);
  api::aws::add_routes(router_, services_);
  api::documents::add_routes(router_, services_);
  api::flows::add_routes(router_, services_);
  api::s3::add_routes(router_, services_, "/s3");
  api::s3::add_routes(s3_router_, services_, "");
}

House::~House() { stop(std::chrono::milliseconds(0)); }

core::Applied House::apply(const fs::path& directory) {
  core::Installer installer(parts_, auth_.accounts, tables_, insights_, triggers_, sinks_);
  return installer.apply(core::read_installation(directory),
                         {auth::Principal::system(), base::RequestId(base::uuid_v7())});
}

House::Addresses House::start() {
  net::ServerOptions options = server_options(settings_);
  options.metrics = &metrics_;
  // Keys of objects may be "." and "..".
  options.limits.dots_allowed = {"/s3/"};
  documents_.start();
  server_ = std::make_unique<net::Server>(router_, work_, options);
  options.listen = settings_.s3_listen;
  options.limits.dots_allowed = {"/"};
  s3_server_ = std::make_unique<net::Server>(s3_router_, work_, std::move(options));
  Addresses addresses{.http = server_->start(), .s3 = s3_server_->start()};
  public_url_.set(public_url(settings_, addresses.http));
  ready_ = true;
  boost::json::object listen{{"pid", ::getpid()}, {"http", addresses.http}, {"s3", addresses.s3}};
  base::replace_file_durably(data_ / "run" / "listen.json", boost::json::serialize(listen) + "\n");
  meta_->jobs().insert_job(core::new_job(core::object_sweep_kind(), {}, ""), std::nullopt);
  scheduler_.start();
  watched_folders_.start();
  warm_a_worker();
  return addresses;
}

void House::stop(std::chrono::milliseconds patience) {
  ready_ = false;
  if (!server_) return;
  base::remove_quietly(data_ / "run" / "listen.json");
  scheduler_.request_stop();
  watched_folders_.stop();
  server_->stop(patience);
  s3_server_->stop(patience);
  documents_.stop(patience);
  scheduler_.stop();
  server_.reset();
  s3_server_.reset();
}

void House::add_job_kinds() {
  core::SweepRules rules{.keep_jobs_for = settings_.keep_jobs_for,
                         .keep_jobs = static_cast<std::int64_t>(settings_.keep_jobs),
                         .keep_idempotency_keys = static_cast<std::int64_t>(settings_.keep_idempotency_keys)};
  scheduler_.add(core::sweep_kind(settings_.sweep_every), [this, rules](const meta::JobRow&, core::Progress& progress) {
    core::Swept swept = core::sweep(*meta_, rules, base::now_micros(), progress);
    return boost::json::object{{"idempotency_keys", swept.idempotency_keys},
                               {"jobs", swept.jobs},
                               {"query_results", long_queries_.sweep(base::now_micros())}};
  });
  scheduler_.add(core::long_query_kind(), [this](const meta::JobRow& job, core::Progress& progress) {
    return long_queries_.run(job, progress);
  });
  scheduler_.add(
      core::sink_kind(),
      [this](const meta::JobRow& job, core::Progress& progress) { return sink_copies_.run(job, progress); },
      [this](const meta::JobRow& job, const std::string& error) { flow_rules_.job_failed(job, error); });
  scheduler_.add(core::profile_kind(),
                 [this](const meta::JobRow& job, core::Progress& progress) { return profiles_.run(job, progress); });
  profiles_.on_drift([this](const core::Drift& drift) {
    flow_rules_.open_tasks(
        drift.workspace,
        {.event = "drift", .subject = drift.table, .message = core::drift_in_words(drift), .table = drift.table});
  });
  scheduler_.add(core::backup_kind(), [this](const meta::JobRow& job, core::Progress& progress) {
    return core::run_backup(parts_, backups_, job, progress);
  });
  scheduler_.add(core::restore_kind(), [this](const meta::JobRow& job, core::Progress& progress) {
    return core::run_restore(parts_, backups_, job, progress);
  });
}

void House::add_house_keeping() {
  scheduler_.add(core::upkeep_kind(), [this](const meta::JobRow& job, core::Progress& progress) {
    base::TableId table(std::string(boost::json::parse(job.payload).at("table").as_string()));
    return house_keeping_.keep_table(table, progress).to_json();
  });
  if (parts_.upkeep.enabled) {
    scheduler_.add(core::house_keeping_kind(parts_.upkeep), [this](const meta::JobRow&, core::Progress& progress) {
      engine_.end_resting();
      return house_keeping_.keep_all(progress).to_json();
    });
  }
  auto counter = [&](const char* name, const char* help, std::int64_t core::UpkeepTotals::*figure) {
    metrics_.add_counter(name, help, {},
                         [this, figure] { return static_cast<double>(house_keeping_.totals().*figure); });
  };
  counter("boathouse_maintenance_compacted_files_total", "Data and delete files that compaction rewrote",
          &core::UpkeepTotals::compacted_files);
  counter("boathouse_maintenance_expired_versions_total", "Versions that expired",
          &core::UpkeepTotals::expired_versions);
  counter("boathouse_maintenance_removed_files_total", "Files removed that nothing referred to any more",
          &core::UpkeepTotals::removed_files);
  counter("boathouse_maintenance_removed_bytes_total", "Bytes of those files", &core::UpkeepTotals::removed_bytes);
}

// What a crash left of objects goes at the next start; what slipped through otherwise, within a day.
void House::add_object_jobs() {
  scheduler_.add(
      core::ingest_kind(),
      [this](const meta::JobRow& job, core::Progress& progress) { return file_runs_.run(job, progress); },
      [this](const meta::JobRow& job, const std::string& error) { flow_rules_.job_failed(job, error); });
  scheduler_.add(core::dataset_summary_kind(), [this](const meta::JobRow& job, core::Progress& progress) {
    return flow_datasets_.compute(job, progress);
  });
  const core::PostWebhook post = webhook_poster(settings_.webhooks_inside);
  scheduler_.add(core::notify_kind(), [this, post](const meta::JobRow& job, core::Progress& progress) {
    return notifications_.deliver(job, post, progress);
  });
  scheduler_.add(core::object_sweep_kind(), [this](const meta::JobRow&, core::Progress& progress) {
    file_runs_.sweep(progress);
    core::ObjectFiles::Swept swept = object_files_.sweep(progress);
    return boost::json::object{{"files", swept.files}, {"bytes", swept.bytes}};
  });
}

void House::warm_a_worker() {
  auto warm = [this] {
    try {
      auth::Access main = auth_.access.decide(auth::Principal::system(), auth::Action::read, meta::kMainWorkspace);
      engine_.acquire(parts_.layout.query_confinement({main.workspace.id}), main.workspace.id,
                      base::steady_micros() + settings_.query_timeout);
    } catch (const base::Error& error) {
      base::log_warning("no-warm-worker", {{"why", error.message()}});
    }
  };
  // A full queue only means that the first statement starts its worker itself.
  engine_work_.submit(warm);
}

}  // namespace boathouse::app
