// SPDX-License-Identifier: Apache-2.0
#include "core/sinks.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/sink_job.h"
#include "core/table_state.h"
#include "core/versions.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// How far a copy is behind its table.
struct Lag {
  std::int64_t rows = 0;
  base::Micros micros = 0;
  std::string error;

  std::string_view state() const { return !error.empty() ? "failing" : rows > 0 || micros > 0 ? "copying" : "ok"; }
  void add_to(json::object& out) const {
    out["lag_rows"] = rows;
    const std::int64_t milliseconds = micros / base::kMillisecond;
    out["lag_seconds"] = static_cast<double>(milliseconds) / 1000;
    out["state"] = state();
    if (!error.empty()) out["error"] = error;
  }
};

// What came and went in the versions of main since the one that is copied; all rows where that one is not known any more.
Lag lag_of(const TableState& state, const std::optional<meta::SinkCopyRow>& copy) {
  Lag lag;
  if (copy) lag.error = copy->error;
  const base::SnapshotId copied = copy ? copy->version : 0;
  if (state.version() == copied) return lag;
  std::optional<base::Micros> oldest;
  bool known = copied == 0;
  for (const iceberg::SnapshotPtr& version : iceberg::ancestors(*state.metadata, state.head())) {
    known = known || version->id() == copied;
    if (version->id() == copied) break;
    oldest = version->timestamp_ms() * base::kMillisecond;
    if (version->operation() == iceberg::Operation::replace) continue;  // the same rows in other files
    const VersionFigures figures = figures_of_version(*version);
    lag.rows += figures.added + figures.deleted;
  }
  if (!known) lag.rows = state.rows();
  if (oldest) lag.micros = std::max<base::Micros>(1, base::now_micros() - *oldest);
  return lag;
}

Error no_such_sink(std::string_view name) {
  return Error(ErrorKind::not_found, fmt::format("there is no sink \"{}\" in this workspace", name));
}

}  // namespace

std::optional<std::vector<meta::SinkTable>> Sinks::tables_of(const meta::WorkspaceRow& workspace,
                                                             const SinkDefinition& sink,
                                                             const auth::Principal& principal) const {
  if (!sink.tables) return std::nullopt;
  std::vector<meta::SinkTable> tables;
  for (const std::string& name : *sink.tables) {
    const std::size_t dot = name.find('.');
    const std::string prefix = name.substr(0, dot == std::string::npos ? 0 : dot);
    if (base::fold_case(prefix) == workspace.name) {
      tables.push_back({workspace.id, name.substr(dot + 1)});
    } else if (!prefix.empty() && parts_.meta.accounts().find_workspace(base::fold_case(prefix))) {
      // Rows leave the other workspace, so that is its owners' to say.
      auth::Access access = access_.decide(principal, auth::Action::administer, base::fold_case(prefix));
      tables.push_back({access.workspace.id, name.substr(dot + 1)});
    } else {
      tables.push_back({workspace.id, name});
    }
    base::check_name(tables.back().name, "table");
  }
  return tables;
}

meta::SinkRow Sinks::require(const meta::WorkspaceRow& workspace, std::string_view name) const {
  auto sink = parts_.meta.sinks().find_sink(workspace.id, name);
  if (!sink) throw no_such_sink(name);
  return *std::move(sink);
}

SinkPut Sinks::put(const meta::WorkspaceRow& workspace, SinkDefinition sink, const auth::Principal& principal) const {
  base::check_name(sink.name, "sink");
  const auto before = parts_.meta.sinks().find_sink(workspace.id, sink.name);
  const std::string known = before ? secrets_.open(*before) : "";
  const postgres::Url wanted = postgres::Url::parse(sink.url);
  if (before && wanted.password().empty() && postgres::Url::parse(known).shown() == wanted.shown()) sink.url = known;
  meta::SinkRow row;
  row.id = before ? before->id : meta::SinkId(base::uuid_v4());
  row.workspace = workspace.id;
  row.name = sink.name;
  row.kind = kPostgresql;
  row.sealed_url = secrets_.seal(row.id, sink.url);
  row.options = core::to_json(sink.options);
  row.tables = tables_of(workspace, sink, principal);
  row.created_at = row.updated_at = base::now_micros();
  const bool same = before && before->name == row.name && known == sink.url && before->options == row.options &&
                    before->tables == row.tables;
  if (same) row.updated_at = before->updated_at;
  parts_.meta.sinks().put_sink(row, [&](const meta::SinkTable& table) { return sink_job(row, table); });
  return !before ? SinkPut::created : same ? SinkPut::left : SinkPut::changed;
}

void Sinks::remove(const meta::WorkspaceRow& workspace, std::string_view name) const {
  if (!parts_.meta.sinks().delete_sink(workspace.id, name)) throw no_such_sink(name);
}

postgres::Url Sinks::url(const meta::WorkspaceRow& workspace, std::string_view name) const {
  return postgres::Url::parse(secrets_.open(require(workspace, name)));
}

void Sinks::fed(const base::WorkspaceId& workspace, const std::string& table,
                const std::optional<std::vector<std::string>>& sinks) const {
  parts_.meta.sinks().feed({workspace, table}, sinks);
}

json::object Sinks::describe(const meta::WorkspaceRow& workspace, std::string_view name) const {
  return to_json(workspace, require(workspace, name));
}

std::vector<json::object> Sinks::list(const meta::WorkspaceRow& workspace) const {
  std::vector<json::object> list;
  for (const meta::SinkRow& sink : parts_.meta.sinks().list_sinks(workspace.id))
    list.push_back(to_json(workspace, sink));
  return list;
}

json::object Sinks::to_json(const meta::WorkspaceRow& workspace, const meta::SinkRow& sink) const {
  const SinkOptions options = sink_options_from(sink.options);
  json::object out{{"name", sink.name},
                   {"kind", sink.kind},
                   {"url", postgres::Url::parse(secrets_.open(sink)).shown()},
                   {"schema", options.schema},
                   {"types", to_string(options.types)}};
  Lag all;
  json::array copies;
  json::array named;
  for (const meta::SinkTable& table : parts_.meta.sinks().tables_of(sink.id)) {
    std::string name = table.name;
    if (table.workspace != workspace.id) {
      auto other = parts_.meta.accounts().find_workspace(table.workspace);
      if (!other) continue;
      name = other->name + "." + name;
    }
    named.emplace_back(name);
    auto copy = parts_.meta.sinks().find_copy(sink.id, table);
    auto state = find_state(parts_, table.workspace, table.name);
    Lag lag;
    if (state) lag = lag_of(*state, copy);
    if (!state && copy) lag.error = copy->error;
    json::object item{{"table", name}};
    if (copy && copy->version != 0) {
      item["target"] = copy->target;
      item["version"] = std::to_string(copy->version);
      item["rows"] = copy->rows;
    }
    lag.add_to(item);
    if (copy) item["at"] = base::to_rfc3339(copy->at);
    copies.push_back(std::move(item));
    all.rows += lag.rows;
    all.micros = std::max(all.micros, lag.micros);
    if (all.error.empty() && !lag.error.empty()) all.error = fmt::format("{}: {}", name, lag.error);
  }
  if (sink.tables) out["tables"] = std::move(named);
  all.add_to(out);
  out["created_at"] = base::to_rfc3339(sink.created_at);
  out["updated_at"] = base::to_rfc3339(sink.updated_at);
  out["copies"] = std::move(copies);
  return out;
}

}  // namespace boathouse::core
