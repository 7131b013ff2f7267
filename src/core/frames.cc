// SPDX-License-Identifier: Apache-2.0
#include "core/frames.h"

#include "base/encoding.h"
#include "base/error.h"
#include "core/all_tables.h"
#include "core/frame_select.h"
#include "core/table_state.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kKeyPrefix = "key-";
// Part of every tag, so that a change of how answers are made changes the tags.
constexpr std::string_view kAnswerForm = "1";

engine::Lease lease_for(const Parts& parts, const base::WorkspaceId& workspace, const std::stop_token& stop) {
  return parts.engine.acquire(parts.layout.query_confinement({workspace}), workspace,
                              base::steady_micros() + parts.limits.ingest_timeout, stop);
}

TableState frame_of(const Parts& parts, const meta::WorkspaceRow& workspace, const std::string& name) {
  auto state = find_state(parts, workspace.id, name);
  if (state && state->row.quarantine_of.empty()) return std::move(*state);
  throw Error(ErrorKind::not_found, fmt::format("there is no frame \"{}\"", name));
}

std::string tag_of(const TableState& table, const std::vector<FrameVersion>& versions, const FrameRequested& wanted) {
  json::array about{kAnswerForm, table.row.id.value, wanted.last_upload, wanted.where};
  for (const FrameVersion& version : versions) {
    about.emplace_back(std::to_string(version.snapshot ? version.snapshot->id() : 0));
  }
  about.emplace_back(json::array(wanted.columns.begin(), wanted.columns.end()));
  about.emplace_back(wanted.limit ? std::to_string(*wanted.limit) : "");
  return base::to_hex(base::sha256(json::serialize(about)).substr(0, 16));
}

// One frame of the list; nullopt for a table without any version.
std::optional<json::object> listed(const TableState& table) {
  std::int64_t rows = 0;
  json::array keys;
  iceberg::SnapshotPtr newest;
  for (const auto& [name, ref] : table.metadata->refs) {
    auto key = key_of_branch(name);
    iceberg::SnapshotPtr head = table.metadata->snapshot(ref.snapshot_id);
    if (!key || ref.kind != iceberg::SnapshotRef::Kind::branch || is_placeholder(head)) continue;
    keys.emplace_back(*key);
    rows += iceberg::totals(*head).rows();
    if (!newest || newest->sequence_number() < head->sequence_number()) newest = head;
  }
  if (!newest) return std::nullopt;
  return json::object{{"name", table.row.name},
                      {"total_rows", rows},
                      {"columns_keys", to_json(frame_shape(*table.metadata, newest).keys)},
                      {"external_keys", std::move(keys)},
                      {"version", std::to_string(newest->id())},
                      {"updated_at", base::to_rfc3339(newest->timestamp_ms() * base::kMillisecond)}};
}

}  // namespace

std::string branch_of_key(std::string_view key) {
  if (key == kDefaultFrameKey) return std::string(iceberg::kMainBranch);
  constexpr std::size_t kMostKey = 255;
  if (key.empty() || key.size() > kMostKey || !base::is_utf8(key) || key.find('\0') != std::string_view::npos) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("an external_key has 1 to {} bytes of UTF-8, none of them NUL", kMostKey))
        .with("field", "external_key");
  }
  return std::string(kKeyPrefix) + base::percent_encode(key);
}

std::optional<std::string> key_of_branch(std::string_view branch) {
  if (branch == iceberg::kMainBranch) return std::string(kDefaultFrameKey);
  if (!branch.starts_with(kKeyPrefix)) return std::nullopt;
  return base::percent_decode(branch.substr(kKeyPrefix.size()));
}

json::array Frames::list(const meta::WorkspaceRow& workspace, std::string_view prefix) const {
  json::array frames;
  for_each_table(parts_.meta, workspace.id, {.prefix = std::string(prefix)}, [&](const meta::TableRow& table) {
    if (auto frame = listed(state_of(parts_, table))) frames.emplace_back(std::move(*frame));
  });
  return frames;
}

engine::QueryResult Frames::read_records(const meta::WorkspaceRow& workspace, const FrameRequested& wanted,
                                         engine::ResultConsumer& consumer, const std::stop_token& stop) const {
  if (!wanted.where.empty()) queries_.check_expression(workspace, wanted.where);
  auto slot = parts_.counters.begin_query(workspace.id, auth::parse_limits(workspace.limits));
  FileUses::Use use = parts_.uses.begin(workspace.id);
  TableState table = frame_of(parts_, workspace, wanted.name);
  engine::QueryCommand command;
  command.sql = records_sql(parts_, table, frame_versions(parts_, table, wanted), wanted);
  command.format = engine::ResultFormat::records;
  return lease_for(parts_, workspace.id, stop).query(command, consumer);
}

Frames::ParquetRead Frames::parquet(const meta::WorkspaceRow& workspace, const FrameRequested& wanted) const {
  const bool varies = !wanted.where.empty() && queries_.check_expression(workspace, wanted.where);
  ParquetRead read(parts_);
  read.workspace_ = workspace;
  read.use_ = parts_.uses.begin(workspace.id);
  TableState table = frame_of(parts_, workspace, wanted.name);
  std::vector<FrameVersion> versions = frame_versions(parts_, table, wanted);
  read.command_.sql = stored_sql(parts_, table, versions, wanted);
  read.command_.format = engine::ResultFormat::parquet;
  if (versions.size() == 1) read.command_.metadata = versions.front().shape.footer;
  read.tag_ = varies ? base::uuid_v4() : tag_of(table, versions, wanted);
  return read;
}

void Frames::ParquetRead::run(engine::ResultConsumer& consumer, const std::stop_token& stop) const {
  auto slot = parts_->counters.begin_query(workspace_.id, auth::parse_limits(workspace_.limits));
  lease_for(*parts_, workspace_.id, stop).query(command_, consumer);
}

}  // namespace boathouse::core
