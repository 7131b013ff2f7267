// SPDX-License-Identifier: Apache-2.0
#include "app/figures.h"

#include "base/sync_times.h"

namespace boathouse::app {
namespace {

using Labels = std::map<std::string, std::string>;

void add_counter(net::Metrics& metrics, const std::string& name, const std::string& help, const Labels& labels,
                 const base::Counter& counter) {
  metrics.add_counter(name, help, labels, [&counter] { return static_cast<double>(counter.value()); });
}

void add_engine(net::Metrics& metrics, const engine::WorkerPool& engine) {
  auto read = [&engine](auto member) {
    return [&engine, member] { return static_cast<double>(engine.stats().*member); };
  };
  metrics.add_gauge("boathouse_workers", "Worker processes by state", {{"state", "idle"}},
                    read(&engine::PoolStats::idle));
  metrics.add_gauge("boathouse_workers", "Worker processes by state", {{"state", "busy"}}, [&engine] {
    engine::PoolStats stats = engine.stats();
    return static_cast<double>(stats.live - stats.idle);
  });
  metrics.add_gauge("boathouse_statements_waiting", "Statements that wait for a worker", {},
                    read(&engine::PoolStats::waiting));
  metrics.add_counter("boathouse_workers_started_total", "Worker processes started", {},
                      read(&engine::PoolStats::started));
  metrics.add_counter("boathouse_workers_ended_badly_total", "Worker processes that crashed or were killed", {},
                      read(&engine::PoolStats::ended_badly));
  metrics.add_durations("boathouse_worker_wait_duration_seconds", "Until a statement had a worker, its start included",
                        {}, engine.waits());
}

void add_batches(net::Metrics& metrics, const core::Figures& core) {
  add_counter(metrics, "boathouse_ingest_bytes_total", "Bytes of rows received, unfolded", {}, core.bytes_received);
  add_counter(metrics, "boathouse_ingest_batches_total", "Batches of rows committed", {}, core.batches);
  const char* rows = "Rows of committed batches, by what became of them; rejected rows are in quarantine";
  add_counter(metrics, "boathouse_ingest_rows_total", rows, {{"outcome", "accepted"}}, core.rows_accepted);
  add_counter(metrics, "boathouse_ingest_rows_total", rows, {{"outcome", "rejected"}}, core.rows_rejected);
  const char* left = "Rows that left quarantine: corrected into their table, or discarded";
  add_counter(metrics, "boathouse_quarantine_rows_left_total", left, {{"how", "corrected"}}, core.rows_corrected);
  add_counter(metrics, "boathouse_quarantine_rows_left_total", left, {{"how", "discarded"}}, core.rows_discarded);
  auto stage = [&](const char* name, const base::Durations& durations) {
    metrics.add_durations("boathouse_ingest_stage_duration_seconds", "What the stages of a batch take",
                          {{"stage", name}}, durations);
  };
  stage("check", core.check);
  stage("write", core.write);
  stage("commit", core.commit);
}

void add_documents(net::Metrics& metrics, const core::Figures& core, const core::Documents& documents) {
  add_counter(metrics, "boathouse_documents_received_total", "Documents acknowledged", {}, core.documents_received);
  const char* landed = "Documents brought from the landing log into their table or its quarantine";
  add_counter(metrics, "boathouse_documents_committed_total", landed, {{"outcome", "accepted"}},
              core.documents_committed);
  add_counter(metrics, "boathouse_documents_committed_total", landed, {{"outcome", "rejected"}},
              core.documents_rejected);
  auto backlog = [&](const char* name, const char* help, auto read) {
    metrics.add_gauge(name, help, {}, [&documents, read] { return static_cast<double>(read(documents.backlog())); });
  };
  backlog("boathouse_documents_waiting", "Documents acknowledged and not committed yet",
          [](const core::DocumentBacklog& now) { return now.documents; });
  backlog("boathouse_documents_lag_seconds", "How long the oldest of them has waited",
          [](const core::DocumentBacklog& now) {
            return static_cast<double>(now.lag) / static_cast<double>(base::kSecond);
          });
  backlog("boathouse_documents_tables_failing", "Tables whose documents cannot be committed; they stay in the log",
          [](const core::DocumentBacklog& now) { return now.failing; });
  auto log = [&](const char* name, const char* help, auto read) {
    metrics.add_gauge(name, help, {},
                      [&documents, read] { return static_cast<double>(read(documents.log_figures())); });
  };
  log("boathouse_landing_bytes", "Landing log on disk, not released",
      [](const landing::LogFigures& now) { return now.kept_bytes; });
  log("boathouse_landing_waiting_bytes", "Landing log in memory, not yet written",
      [](const landing::LogFigures& now) { return now.waiting_bytes; });
  log("boathouse_landing_failed", "1 after a failed sync: nothing is taken until a restart",
      [](const landing::LogFigures& now) { return now.failed ? 1 : 0; });
}

void add_commits(net::Metrics& metrics, const core::Figures& core) {
  auto commits = [&](const char* outcome, const base::Counter& counter) {
    add_counter(metrics, "boathouse_commits_total",
                "Attempts to commit tables, by outcome; after a conflict the change is tried again",
                {{"outcome", outcome}}, counter);
  };
  commits("committed", core.commits_done);
  commits("conflict", core.commits_conflicted);
  commits("replay", core.commits_replayed);
  commits("failed", core.commits_failed);
}

void add_queries(net::Metrics& metrics, const core::Figures& core) {
  const char* help = "Statements of clients, by outcome: ok or the error's kind";
  add_counter(metrics, "boathouse_queries_total", help, {{"outcome", "ok"}}, core.queries_done);
  for (base::ErrorKind kind : base::kErrorKinds) {
    add_counter(metrics, "boathouse_queries_total", help, {{"outcome", std::string(to_string(kind))}},
                core.queries_failed.at(static_cast<std::size_t>(kind)));
  }
  metrics.add_durations("boathouse_query_duration_seconds", "Statements of clients, from judging to the last row", {},
                        core.queries);
}

void add_jobs(net::Metrics& metrics, const jobs::Kinds& kinds) {
  for (const jobs::Kind* kind : kinds.all()) {
    const std::string& name = kind->promise.name;
    auto gauge = [&](const char* state, const std::atomic<std::int64_t>& figure) {
      metrics.add_gauge("boathouse_jobs", "Jobs that wait or run, by kind and state",
                        {{"kind", name}, {"state", state}}, [&figure] { return static_cast<double>(figure); });
    };
    auto counter = [&](const char* state, const std::atomic<std::uint64_t>& figure) {
      metrics.add_counter("boathouse_jobs_ended_total", "Jobs that this process has ended, by kind and state",
                          {{"kind", name}, {"state", state}}, [&figure] { return static_cast<double>(figure); });
    };
    gauge("queued", kind->queued);
    gauge("running", kind->running);
    counter("succeeded", kind->succeeded);
    counter("failed", kind->failed);
    counter("cancelled", kind->cancelled);
  }
}

void add_pool(net::Metrics& metrics, const std::string& name, const base::ThreadPool& pool) {
  metrics.add_gauge("boathouse_work_queued", "Blocking work that waits for a thread, by pool", {{"pool", name}},
                    [&pool] { return static_cast<double>(pool.queued()); });
}

}  // namespace

void add_figures(net::Metrics& metrics, const FigureSources& sources) {
  metrics.add_gauge("boathouse_build_info", "1; what runs is in the labels", {{"version", BOATHOUSE_VERSION}},
                    [] { return 1.0; });
  add_engine(metrics, sources.engine);
  add_batches(metrics, sources.core);
  add_documents(metrics, sources.core, sources.documents);
  add_commits(metrics, sources.core);
  add_queries(metrics, sources.core);
  add_jobs(metrics, sources.jobs);
  add_pool(metrics, "short", sources.work);
  add_pool(metrics, "engine", sources.engine_work);
  metrics.add_durations("boathouse_metadata_commit_duration_seconds", "Commits of the metadata store, fsync included",
                        {}, sources.metadata_commits);
  metrics.add_durations("boathouse_fsync_duration_seconds", "Syncs of files and folders to the disk", {},
                        base::sync_times());
  metrics.add_gauge("boathouse_metadata_cache_bytes", "Memory held by parsed Iceberg metadata", {},
                    [&cache = sources.cache] { return static_cast<double>(cache.bytes()); });
}

}  // namespace boathouse::app
