// SPDX-License-Identifier: Apache-2.0
#include "core/profiles.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/log.h"
#include "core/profile_findings.h"
#include "core/profile_job.h"
#include "core/profile_plot.h"
#include "core/relation.h"
#include "core/table_refs.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// Grows when profiles say more than before, so that those kept are made anew.
constexpr int kForm = 1;

// What a profile was compared with, and in which form it is.
std::string form_of(const std::string& contract) {
  return fmt::format("{}:{}", kForm, contract.empty() ? "" : base::to_hex(base::sha256(contract)).substr(0, 32));
}

// Compaction writes the same rows anew: they are known by the version that brought them.
iceberg::SnapshotPtr bringer_of(const iceberg::TableMetadata& metadata, iceberg::SnapshotPtr version) {
  while (version && version->operation() == iceberg::Operation::replace && version->parent_id()) {
    iceberg::SnapshotPtr parent = metadata.snapshot(*version->parent_id());
    if (!parent || parent->schema_id() != version->schema_id()) break;
    version = std::move(parent);
  }
  return version;
}

// The version whose rows `version` changed; nullptr where there is none any more.
iceberg::SnapshotPtr before(const iceberg::TableMetadata& metadata, const iceberg::SnapshotPtr& version) {
  const iceberg::SnapshotPtr bringer = bringer_of(metadata, version);
  return bringer && bringer->parent_id() ? metadata.snapshot(*bringer->parent_id()) : nullptr;
}

// Error{not_found}, also for a quarantine.
TableState own_table(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view table) {
  TableState state = require_state(parts, workspace.id, table);
  check_own(state);
  return state;
}

iceberg::SnapshotPtr version_or_head(const TableState& state, const std::optional<std::string>& version,
                                     std::string_view field = "version") {
  return version ? require_version(*state.metadata, *version, field) : state.head();
}

}  // namespace

std::string drift_in_words(const Drift& drift) {
  std::vector<std::string> columns;
  for (const json::value& finding : drift.findings) {
    std::string column(finding.at("column").as_string());
    if (columns.empty() || columns.back() != column) columns.push_back(std::move(column));
  }
  return fmt::format("columns of {} have drifted since version {}: {}", drift.table, drift.from,
                     fmt::join(columns, ", "));
}

// A version whose profile is meant.
struct Profiles::Subject {
  const TableState& table;
  iceberg::SnapshotPtr version;  // as asked; nullptr: there is none yet
  iceberg::SnapshotPtr bringer;
  ProfileSource source;
  std::string form;

  json::object which() const {
    return {{"version", std::to_string(version->id())},
            {"at", base::to_rfc3339(version->timestamp_ms() * base::kMillisecond)}};
  }
  json::object in_short() const {
    json::object told = which();
    told["rows"] = source.rows;
    return told;
  }
  // The profile as clients see it, out of what is kept.
  std::string whole(std::string_view kept) const {
    json::object head{{"table", table.row.name}, {"version", nullptr}, {"at", nullptr}};
    if (version) {
      for (auto& [key, value] : which()) head[key] = std::move(value);
    }
    std::string text = json::serialize(head);
    text.back() = ',';
    return text.append(kept.substr(1));
  }
};

// The workers that may be asked, and for how long.
struct Profiles::Where {
  engine::Confinement confinement;
  base::Micros deadline;
};

Profiles::Subject Profiles::subject(const TableState& table, const iceberg::SnapshotPtr& version) const {
  Subject subject{.table = table,
                  .version = version,
                  .bringer = bringer_of(*table.metadata, version),
                  .source = {},
                  .form = form_of(table.row.contract)};
  const iceberg::Scan scan = iceberg::plan_scan(parts_.cache, table.metadata, subject.bringer);
  const iceberg::Schema& schema = version ? scan.schema : table.schema();
  subject.source = {
      .rows_sql = rows_sql(parts_.store(), scan, {.schema = schema, .by = columns_by(*table.metadata, schema)}),
      .columns = profile_columns(schema, table.contract),
      .rows = version ? iceberg::totals(*subject.bringer).rows() : 0};
  return subject;
}

std::optional<std::string> Profiles::stored(const Subject& subject) const {
  if (!subject.bringer) return std::nullopt;
  auto row = parts_.meta.profiles().find_profile(subject.table.row.id, subject.bringer->id());
  if (!row || row->contract != subject.form) return std::nullopt;
  return std::move(row->profile);
}

Profiles::Where Profiles::asked_by(const meta::WorkspaceRow& workspace) const {
  return {.confinement = parts_.layout.query_confinement({workspace.id}),
          .deadline = base::steady_micros() + parts_.limits.query_timeout};
}

bool Profiles::is_small(const Subject& subject) const {
  const auto columns = static_cast<std::int64_t>(subject.source.columns.size());
  return columns <= rules_.awaited_columns && subject.source.rows * columns <= rules_.awaited_cells;
}

ProfileText Profiles::kept_or_made(const meta::WorkspaceRow& workspace, const Subject& subject) const {
  if (auto kept = stored(subject)) return *std::move(kept);
  if (!is_small(subject)) return queued(subject);
  const auto slot = parts_.counters.begin_query(workspace.id, auth::parse_limits(workspace.limits));
  NoProgress nobody;
  try {
    return made(subject, asked_by(workspace), nobody);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::timeout || !subject.bringer) throw;
    return queued(subject);
  }
}

ProfileText Profiles::get(const meta::WorkspaceRow& workspace, std::string_view table,
                          const std::optional<std::string>& version) const {
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  const TableState state = own_table(parts_, workspace, table);
  const Subject wanted = subject(state, version_or_head(state, version));
  ProfileText told = kept_or_made(workspace, wanted);
  if (std::string* kept = std::get_if<std::string>(&told)) return wanted.whole(*kept);
  return told;
}

ProfileText Profiles::plot(const meta::WorkspaceRow& workspace, std::string_view table,
                           const std::optional<std::string>& version, ProfilePlot plot, std::string_view column) const {
  ProfileText told = get(workspace, table, version);
  const std::string* text = std::get_if<std::string>(&told);
  if (text == nullptr) return told;
  const json::value profile = json::parse(*text);
  switch (plot) {
    case ProfilePlot::histogram: return histogram_plot(profile.as_object(), column);
    case ProfilePlot::missing: return missing_plot(profile.as_object());
    case ProfilePlot::correlation: break;
  }
  return correlation_plot(profile.as_object());
}

ProfileText Profiles::diff(const meta::WorkspaceRow& workspace, std::string_view table,
                           const std::optional<std::string>& from, const std::optional<std::string>& to,
                           const std::optional<double>& threshold) const {
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  const TableState state = own_table(parts_, workspace, table);
  const iceberg::SnapshotPtr later = version_or_head(state, to, "to");
  const iceberg::SnapshotPtr earlier =
      from ? require_version(*state.metadata, *from, "from") : before(*state.metadata, later);
  if (!later || !earlier) {
    throw Error(ErrorKind::conflict,
                "there is no version before this one to compare it with: name one by \"from\", or write another");
  }
  const Subject was = subject(state, earlier);
  const Subject is = subject(state, later);
  ProfileText was_told = kept_or_made(workspace, was);
  if (std::holds_alternative<meta::JobRow>(was_told)) return was_told;
  ProfileText is_told = kept_or_made(workspace, is);
  if (std::holds_alternative<meta::JobRow>(is_told)) return is_told;

  DriftRules rules = rules_.drift;
  rules.psi = threshold.value_or(rules.psi);
  const auto slot = parts_.counters.begin_query(workspace.id, auth::parse_limits(workspace.limits));
  NoProgress nobody;
  return json::serialize(compare(was, std::get<std::string>(was_told), is, std::get<std::string>(is_told), rules,
                                 asked_by(workspace), nobody));
}

json::object Profiles::compare(const Subject& from, std::string_view from_kept, const Subject& to,
                               std::string_view to_kept, const DriftRules& rules, const Where& where,
                               Progress& progress) const {
  const json::value was = json::parse(from_kept);
  const json::value is = json::parse(to_kept);
  engine::Lease lease =
      parts_.engine.acquire(where.confinement, to.table.row.workspace, where.deadline, progress.stop_token());
  json::object found = profile_diff(lease, {.source = from.source, .profile = was.as_object()},
                                    {.source = to.source, .profile = is.as_object()}, rules, rules_.bounds, progress);
  json::object told{{"table", to.table.row.name}, {"from", from.in_short()}, {"to", to.in_short()}};
  for (auto& [key, value] : found) told[key] = std::move(value);
  return told;
}

meta::JobRow Profiles::queued(const Subject& subject) const {
  meta::JobRow job = profile_job(subject.table.row, subject.bringer->id());
  for (meta::JobState state : {meta::JobState::running, meta::JobState::queued}) {
    meta::JobListing alike{.workspaces = {{job.workspace}}};
    alike.state = state;
    alike.kind = job.kind;
    alike.object = job.object;
    alike.limit = 1;
    auto found = parts_.meta.jobs().list_jobs(alike);
    if (!found.empty()) return std::move(found.front());
  }
  parts_.meta.jobs().insert_job(job, std::nullopt);
  return job;
}

std::string Profiles::made(const Subject& subject, const Where& where, Progress& progress) const {
  const base::WorkspaceId& workspace = subject.table.row.workspace;
  const base::SnapshotId version = subject.bringer ? subject.bringer->id() : 0;
  const TableLocks::Guard turn = turns_.lock(workspace, fmt::format("{}@{}", subject.table.row.id.value, version));
  if (auto kept = stored(subject)) return *std::move(kept);
  const base::Micros begun = base::steady_micros();
  json::object profile = compute(subject, where, progress);
  profile["computed_at"] = base::to_rfc3339(base::now_micros());
  profile["duration_ms"] = (base::steady_micros() - begun) / base::kMillisecond;
  std::string text = json::serialize(profile);
  if (subject.bringer) {
    parts_.meta.profiles().put_profile({.table = subject.table.row.id,
                                        .version = version,
                                        .contract = subject.form,
                                        .profile = text,
                                        .at = base::now_micros()},
                                       {});
  }
  return text;
}

json::object Profiles::compute(const Subject& subject, const Where& where, Progress& progress) const {
  const base::WorkspaceId& workspace = subject.table.row.workspace;
  auto attempt = [&](const ProfileBounds& bounds) {
    engine::Lease lease = parts_.engine.acquire(where.confinement, workspace, where.deadline, progress.stop_token());
    json::object profile = profile_figures(lease, subject.source, bounds, progress);
    profile["findings"] = profile_findings(lease, subject.source, subject.table.contract, profile);
    return profile;
  };
  try {
    return attempt(rules_.bounds);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::too_large || subject.source.rows > rules_.bounds.exact_rows) throw;
  }
  // What the exact figures need does not fit into a worker here.
  ProfileBounds estimates = rules_.bounds;
  estimates.exact_rows = -1;
  estimates.kept_cells = -1;
  return attempt(estimates);
}

json::object Profiles::run(const meta::JobRow& job, Progress& progress) const {
  const ProfileOrder order = profile_order_of(job);
  const FileUses::Use use = parts_.uses.begin(job.workspace);
  auto row = parts_.meta.catalog().find_table(order.table);
  if (!row) return {};
  const TableState state = state_of(parts_, *std::move(row));
  iceberg::SnapshotPtr version = order.version == 0 ? state.head() : state.metadata->snapshot(order.version);
  if (!version) return {};
  // Somebody waits for the version that was asked for; for the newest of a table nobody need.
  const bool awaited = order.version != 0;
  if (!awaited) {
    if (auto later = put_off_profile(job, state.row, version->timestamp_ms() * base::kMillisecond)) {
      parts_.meta.jobs().insert_job(*later);
      return {{"table", state.row.name}, {"put_off_until", base::to_rfc3339(later->run_at)}};
    }
  }
  const Subject wanted = subject(state, version);
  if (!awaited && !is_small(wanted)) {
    return {{"table", state.row.name}, {"rows", wanted.source.rows}, {"left_until", "asked for"}};
  }
  const Where where{
      .confinement = awaited ? parts_.layout.query_confinement({job.workspace})
                             : parts_.layout.ingest_confinement(job.workspace, engine::WorkerKind::background),
      .deadline = base::steady_micros() + parts_.limits.ingest_timeout};
  const std::string profile = made(wanted, where, progress);
  json::object result{
      {"table", state.row.name}, {"version", std::to_string(version->id())}, {"rows", wanted.source.rows}};
  if (!awaited) result["drift"] = look_for_drift(wanted, profile, where, progress);
  return result;
}

// The version that rows are held against: the last one before it that was profiled, where none is the one it came after.
iceberg::SnapshotPtr Profiles::earlier_than(const Subject& subject) const {
  const TableState& state = subject.table;
  const base::SnapshotId newest = subject.bringer->id();
  for (base::SnapshotId version : parts_.meta.profiles().profiled_versions(state.row.id)) {
    iceberg::SnapshotPtr found = version == newest ? nullptr : state.metadata->snapshot(version);
    if (found && iceberg::is_ancestor(*state.metadata, version, newest)) return found;
  }
  return before(*state.metadata, subject.bringer);
}

bool Profiles::look_for_drift(const Subject& to, std::string_view to_kept, const Where& where,
                              Progress& progress) const {
  const TableState& state = to.table;
  const iceberg::SnapshotPtr earlier = earlier_than(to);
  if (!earlier) return false;
  const Subject from = subject(state, earlier);
  if (from.source.rows == 0 || !is_small(from)) return false;
  const std::string from_kept = made(from, where, progress);
  const json::object found = compare(from, from_kept, to, to_kept, rules_.drift, where, progress);
  if (!found.at("drift").as_bool()) return false;
  Drift drift{.workspace = state.row.workspace,
              .table = state.row.name,
              .from = earlier->id(),
              .to = to.bringer->id(),
              .findings = {}};
  for (const json::value& finding : found.at("findings").as_array()) {
    if (finding.at("kind") == "drift") drift.findings.push_back(finding);
  }
  tell(drift);
  return true;
}

void Profiles::tell(const Drift& drift) const {
  for (const DriftListener& listener : listeners_) {
    try {
      listener(drift);
    } catch (const Error& error) {
      base::log_warning("drift_listener_failed", {{"table", drift.table}, {"error", error.message()}});
    }
  }
}

void forget_expired_profiles(const Parts& parts, const meta::TableRow& table) {
  auto row = parts.meta.catalog().find_table(table.id);
  if (!row) return;
  const TableState state = state_of(parts, *std::move(row));
  std::vector<base::SnapshotId> gone = parts.meta.profiles().profiled_versions(table.id);
  std::erase_if(gone, [&](base::SnapshotId version) { return state.metadata->snapshot(version) != nullptr; });
  if (!gone.empty()) parts.meta.profiles().delete_profiles(table.id, gone);
}

}  // namespace boathouse::core
