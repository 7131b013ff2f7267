// SPDX-License-Identifier: Apache-2.0
#include "core/sink_copy.h"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include "base/error.h"
#include "core/relation.h"
#include "core/sink_changes.h"
#include "core/sink_target.h"
#include "core/table_state.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kFewestColumns = 16;
// The first PostgreSQL whose numeric takes infinities.
constexpr int kInfiniteNumerics = 140000;

// Rows on their way from a worker into COPY. No text of PostgreSQL holds a NUL, so each becomes U+FFFD.
class RowsIntoCopy final : public engine::ResultConsumer {
 public:
  RowsIntoCopy(postgres::Connection& connection, Progress& progress) : connection_(connection), progress_(progress) {}

  void on_columns(const std::vector<engine::Column>&) override {}
  void on_bytes(std::string_view bytes) override {
    progress_.check();
    bytes_ += static_cast<std::int64_t>(bytes.size());
    while (true) {
      const std::size_t nul = bytes.find('\0');
      connection_.copy(bytes.substr(0, nul));
      if (nul == std::string_view::npos) break;
      connection_.copy("\ufffd");
      ++nuls_;
      bytes.remove_prefix(nul + 1);
    }
    progress_.advance(bytes_, 0, "bytes");
  }

  std::int64_t nuls() const { return nuls_; }

 private:
  postgres::Connection& connection_;
  Progress& progress_;
  std::int64_t bytes_ = 0;
  std::int64_t nuls_ = 0;
};

// Why a layout did not do; tried once more with another.
enum class Misfit { none, key, width, infinity };

std::vector<std::string> key_of(const TableState& state) {
  if (state.contract && !state.contract->key.empty()) return state.contract->key;
  auto property = state.metadata->properties.find(std::string(kUpsertKeyProperty));
  if (property == state.metadata->properties.end()) return {};
  std::vector<std::string> key = json::value_to<std::vector<std::string>>(json::parse(property->second));
  for (const std::string& name : key) {
    if (state.schema().find_any_case(name) == nullptr) return {};
  }
  return key;
}

struct Copied {
  std::int64_t came = 0;
  std::int64_t went = 0;
  bool anew = false;
  std::string astray;  // why what came is not the version: nothing was committed, and every row is to be copied
};

// What earlier tries found out.
struct Findings {
  std::vector<std::string> refused_key;
  std::string astray;
};

// One try at one table: a connection and a transaction.
class Copying {
 public:
  Copying(const Parts& parts, const postgres::Url& url, const SinkPlace& place, const TableState& state,
          Progress& progress)
      : parts_(parts),
        state_(state),
        progress_(progress),
        connection_(url, progress.stop_token()),
        target_(connection_, place) {}

  // `wish` says the types and the table's key; its most columns are what an earlier try found out, too.
  Copied run(const LayoutWish& wish, const Findings& findings) {
    const std::vector<std::string>& refused = findings.refused_key;
    const std::optional<SinkMark> known = target_.mark();
    LayoutWish taken = wish;
    SinkMark next{.version = state_.version(), .key = {}, .refused_key = refused, .types = wish.types};
    const bool tried = !refused.empty() || wish.most_columns < kMaxSinkColumns;
    if (known && !tried) {
      next.refused_key = known->refused_key;
      taken.most_columns = known->most_columns;
    }
    if (taken.key == next.refused_key) taken.key.clear();
    next.most_columns = taken.most_columns;
    layout_ = sink_layout(state_.schema(), state_.contract, taken);
    next.key = layout_.key;
    if (known) next.columns = known->columns;
    for (const auto& [name, type] : layout_.types()) next.columns[name] = type;

    const std::string anew = tried ? "" : findings.astray.empty() ? why_anew(known, next) : findings.astray;
    if (known && !tried && anew.empty()) {
      if (known->version == next.version && known->columns == next.columns) return {};
      return follow(*known, next);
    }
    return copy_anew(known, next, anew);
  }

  // Of an error that run() threw.
  Misfit misfit_of(const Error& error) const {
    if (target_.is_of_key(layout_, error)) return Misfit::key;
    const bool is_old = connection_.server_version() < kInfiniteNumerics;
    if (is_old && layout_.has_float_numerics() && postgres::sqlstate(error) == "22P02") return Misfit::infinity;
    // A row; what is too large for an index is an error of that.
    const bool too_large = postgres::sqlstate(error) == "54000";
    const bool of_index = !postgres::constraint(error).empty() || error.message().find("index") != std::string::npos;
    return too_large && !of_index ? Misfit::width : Misfit::none;
  }

 private:
  static std::string why_anew(const std::optional<SinkMark>& known, const SinkMark& next) {
    if (!known) return "nothing of it is there yet, or it is not known which version";
    if (known->types != next.types) return "the sink's types are others now";
    if (known->key != next.key) return "another key tells its rows apart";
    for (const auto& [name, type] : next.columns) {
      auto before = known->columns.find(name);
      if (before != known->columns.end() && !widens(before->second, type)) {
        return fmt::format("the column \"{}\" has another type", name);
      }
    }
    return {};
  }

  Copied follow(const SinkMark& known, const SinkMark& next) {
    SinkChanges changes{.anew = target_.why_anew(layout_, known), .steps = {}};
    if (changes.anew.empty() && known.version != next.version) {
      changes = known.version == 0 ? SinkChanges{.anew = "its first rows came", .steps = {}}
                                   : sink_changes(parts_, state_, known.version, !layout_.key.empty());
    }
    if (!changes.anew.empty()) return copy_anew(known, next, changes.anew);
    target_.evolve(layout_, known);
    Copied copied;
    if (!changes.steps.empty()) {
      const std::int64_t rows = target_.row_meter();
      apply(changes, copied);
      const std::int64_t more = target_.row_meter() - rows;
      const std::int64_t wanted = state_.rows() - iceberg::totals(*state_.metadata->snapshot(known.version)).rows();
      if (more != wanted) {
        copied.astray = fmt::format(
            "it got {} rows more where the table got {}: a key came that is there already, or somebody changed rows",
            more, wanted);
        return copied;
      }
    }
    target_.commit(next);
    return copied;
  }

  void apply(const SinkChanges& changes, Copied& copied) {
    const SinkLayout& layout = layout_;
    const iceberg::Schema key(0, layout.key_fields());
    for (const SinkStep& step : changes.steps) {
      if (!layout.key.empty()) {
        const std::string removed = removed_keys_sql(parts_, step, key);
        if (!removed.empty()) {
          target_.begin_keys(layout);
          if (stream(copied_keys_sql(layout, removed)) > 0) copied.went += target_.remove_keys(layout);
        }
      }
      if (step.added.files.empty()) continue;
      const std::string rows = copied_rows_sql(layout, added_rows_sql(parts_, step, state_.schema()));
      if (layout.key.empty()) {
        target_.begin_copy(layout);
        copied.came += stream(rows);
      } else {
        target_.begin_rows(layout);
        stream(rows);
        copied.came += target_.merge_rows(layout);
      }
    }
  }

  Copied copy_anew(const std::optional<SinkMark>& known, const SinkMark& next, const std::string& why) {
    if (!why.empty()) progress_.log("every row is copied: " + why);
    target_.begin_anew(layout_, known);
    const iceberg::Scan scan = iceberg::plan_scan(parts_.cache, state_.metadata, state_.head());
    const iceberg::Schema& schema = state_.schema();
    target_.begin_copy(layout_);
    Copied copied;
    copied.anew = true;
    copied.came = stream(copied_rows_sql(layout_, rows_sql(parts_.store(), scan, {.schema = schema})));
    target_.add_key(layout_);
    target_.commit(next);
    return copied;
  }

  // Into the COPY that has begun; how many rows it took.
  std::int64_t stream(std::string sql) {
    engine::QueryCommand command;
    command.sql = std::move(sql);
    command.format = engine::ResultFormat::csv;
    RowsIntoCopy rows(connection_, progress_);
    {
      const base::WorkspaceId& workspace = state_.row.workspace;
      engine::Lease lease = parts_.engine.acquire(parts_.layout.query_confinement({workspace}), workspace,
                                                  engine::kNoDeadline, progress_.stop_token());
      lease.query(command, rows);
    }
    if (rows.nuls() > 0) {
      progress_.log(fmt::format("{} NUL characters became U+FFFD, since no text of PostgreSQL holds one", rows.nuls()));
    }
    return connection_.end_copy();
  }

  const Parts& parts_;
  const TableState& state_;
  Progress& progress_;
  postgres::Connection connection_;
  SinkTarget target_;
  SinkLayout layout_;
};

// Tries again where the rows turn out not to fit what was wished for.
Copied copy(const Parts& parts, const postgres::Url& url, const SinkPlace& place, const TableState& state,
            SinkTypes types, Progress& progress) {
  LayoutWish wish{.types = types, .key = key_of(state)};
  Findings findings;
  while (true) {
    Copying copying(parts, url, place, state, progress);
    try {
      Copied copied = copying.run(wish, findings);
      if (copied.astray.empty()) return copied;
      findings.astray = std::move(copied.astray);
    } catch (const Error& error) {
      const Misfit misfit = copying.misfit_of(error);
      if (misfit == Misfit::key && findings.refused_key.empty()) {
        findings.refused_key = wish.key;
        progress.log(
            fmt::format("the key ({}) does not tell the rows apart, or can be none there, so the copy has none: {}",
                        fmt::join(wish.key, ", "), error.message()));
      } else if (misfit == Misfit::infinity && !wish.finite_numerics) {
        wish.finite_numerics = true;
        progress.log("infinite numbers are NULL there, since numeric takes none before PostgreSQL 14");
      } else if (misfit == Misfit::width && wish.most_columns > kFewestColumns) {
        wish.most_columns = std::min(wish.most_columns, state.schema().fields().size()) / 2;
        progress.log(fmt::format("its rows are too wide for a page of PostgreSQL: columns past {} go to {}",
                                 wish.most_columns, kRestColumn));
      } else {
        throw;
      }
    }
  }
}

}  // namespace

json::object SinkCopies::run(const meta::JobRow& job, Progress& progress) const {
  const SinkOrder order = sink_order_of(job);
  auto sink = parts_.meta.sinks().find_sink(order.sink);
  if (!sink || !parts_.meta.sinks().is_followed(order.sink, order.table)) {
    progress.log("the sink is gone, or follows this table no more");
    return {};
  }
  const FileUses::Use use = parts_.uses.begin(order.table.workspace);
  const auto state = find_state(parts_, order.table.workspace, order.table.name);
  if (!state) {
    progress.log("there is no such table now");
    auto before = parts_.meta.sinks().find_copy(sink->id, order.table);
    if (before && !before->error.empty()) {
      before->error.clear();
      parts_.meta.sinks().put_copy(*before);
    }
    return {};
  }
  auto of_sink = parts_.meta.accounts().find_workspace(sink->workspace);
  auto of_table = parts_.meta.accounts().find_workspace(order.table.workspace);
  if (!of_sink || !of_table) throw Error(ErrorKind::not_found, "the job's workspace is gone");

  const SinkOptions options = sink_options_from(sink->options);
  SinkPlace place{.sink = of_sink->name + "/" + sink->name,
                  .table = of_sink->id == of_table->id ? state->row.name : of_table->name + "." + state->row.name,
                  .id = state->row.id,
                  .schema = options.schema};
  meta::SinkCopyRow told{.sink = sink->id, .table = order.table};
  if (auto before = parts_.meta.sinks().find_copy(sink->id, order.table)) told = *std::move(before);
  told.target = place.target();
  told.at = base::now_micros();
  try {
    const postgres::Url url = postgres::Url::parse(secrets_.open(*sink));
    const Copied copied = copy(parts_, url, place, *state, options.types, progress);
    told.version = state->version();
    told.rows = state->rows();
    told.error.clear();
    told.at = base::now_micros();
    parts_.meta.sinks().put_copy(told);
    progress.log(fmt::format("{}: {} rows came, {} went; it is version {}", place.target(), copied.came, copied.went,
                             told.version));
    return {{"table", place.target()},
            {"version", std::to_string(told.version)},
            {"rows_written", copied.came},
            {"rows_deleted", copied.went},
            {"anew", copied.anew}};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    told.error = error.message();
    parts_.meta.sinks().put_copy(told);
    throw;
  }
}

}  // namespace boathouse::core
