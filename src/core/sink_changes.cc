// SPDX-License-Identifier: Apache-2.0
#include "core/sink_changes.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/names.h"
#include "core/relation.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using iceberg::ScanFile;
using iceberg::SnapshotPtr;

using Line = std::vector<SnapshotPtr>;  // oldest first

// From the copied version on to the head; empty when it does not lead there.
Line line_from(const TableState& state, base::SnapshotId copied) {
  Line line;
  for (const SnapshotPtr& version : iceberg::ancestors(*state.metadata, state.head())) {
    line.push_back(version);
    if (version->id() == copied) {
      std::ranges::reverse(line);
      return line;
    }
  }
  return {};
}

// A column that is another one by now, though it has its name, or has another name: what is copied of it is not its.
std::string changed_column(const iceberg::Schema& before, const iceberg::Schema& now) {
  for (const iceberg::Field& field : now.fields()) {
    const iceberg::Field* named = before.find(std::string_view(field.name));
    const iceberg::Field* same = before.find(field.id);
    if ((named != nullptr && named->id != field.id) || (same != nullptr && same->name != field.name)) return field.name;
  }
  return {};
}

std::unordered_set<std::string> delete_files_of(const ScanFile& file) {
  std::unordered_set<std::string> paths;
  for (const iceberg::EntryPtr& entry : file.deletes) paths.insert(entry->file.path);
  return paths;
}

// Fills `step`; tells why it cannot be said file by file.
std::string compare(const iceberg::Scan& before, const iceberg::Scan& after, SinkStep& step) {
  std::unordered_map<std::string, const ScanFile*> old;
  for (const ScanFile& file : before.files) old.emplace(file.data->file.path, &file);
  step.added = {.snapshot = after.snapshot, .schema = after.schema, .files = {}};
  step.gone = {.snapshot = before.snapshot, .schema = before.schema, .files = {}};
  const std::int64_t since = before.snapshot->sequence_number();
  for (const ScanFile& file : after.files) {
    auto known = old.find(file.data->file.path);
    if (known == old.end()) {
      if (*file.data->file_sequence_number <= since) return "an older version is current again";
      step.added.files.push_back(file);
      continue;
    }
    std::unordered_set<std::string> had = delete_files_of(*known->second);
    ScanFile touched{file.data, {}};
    std::size_t kept = 0;
    for (const iceberg::EntryPtr& entry : file.deletes) {
      if (had.contains(entry->file.path)) {
        ++kept;
      } else {
        touched.deletes.push_back(entry);
      }
    }
    if (kept != had.size()) return "deleted rows are there again";
    if (!touched.deletes.empty()) step.touched.push_back(std::move(touched));
    old.erase(known);
  }
  for (const ScanFile& file : before.files) {
    if (old.contains(file.data->file.path)) step.gone.files.push_back(file);
  }
  if (!before.files.empty() && step.gone.files.size() == before.files.size()) {
    return "all rows were replaced";
  }
  return {};
}

}  // namespace

SinkChanges sink_changes(const Parts& parts, const TableState& state, base::SnapshotId copied, bool has_key) {
  SinkChanges changes;
  const Line line = line_from(state, copied);
  if (line.empty()) return {.anew = fmt::format("version {} does not lead to this one", copied), .steps = {}};
  const auto scan = [&](const SnapshotPtr& version) {
    return iceberg::plan_scan(parts.cache, state.metadata, version);
  };
  // A compaction is where one step ends and the next begins.
  for (std::size_t from = 0; from + 1 < line.size();) {
    std::size_t to = from;
    while (to + 1 < line.size() && line[to + 1]->operation() != iceberg::Operation::replace) ++to;
    if (to > from) {
      const iceberg::Scan before = scan(line[from]);
      const iceberg::Scan after = scan(line[to]);
      for (const iceberg::Schema* schema : {&before.schema, &after.schema}) {
        const std::string column = changed_column(*schema, state.schema());
        if (!column.empty()) return {.anew = fmt::format("the column \"{}\" is another one now", column), .steps = {}};
      }
      SinkStep step;
      std::string why = compare(before, after, step);
      if (why.empty() && !has_key && (!step.touched.empty() || !step.gone.files.empty())) {
        why = "rows were deleted, and no key tells which they are there";
      }
      if (!why.empty()) return {.anew = std::move(why), .steps = {}};
      changes.steps.push_back(std::move(step));
    }
    from = to + 1;
  }
  return changes;
}

std::string added_rows_sql(const Parts& parts, const SinkStep& step, const iceberg::Schema& columns) {
  return rows_sql(parts.store(), step.added, {.schema = columns});
}

std::string removed_keys_sql(const Parts& parts, const SinkStep& step, const iceberg::Schema& key) {
  std::vector<std::string> names;
  std::vector<std::string> equal;
  for (const iceberg::Field& field : key.fields()) {
    names.push_back(base::quote_identifier(field.name));
    equal.push_back(fmt::format("r.{0} = a.{0}", names.back()));
  }
  std::vector<std::string> removed;
  if (!step.gone.files.empty()) removed.push_back(rows_sql(parts.store(), step.gone, {.schema = key}));
  if (!step.touched.empty()) {
    std::vector<const ScanFile*> files;
    std::set<std::string> deletes;
    for (const ScanFile& file : step.touched) {
      files.push_back(&file);
      for (const iceberg::EntryPtr& entry : file.deletes)
        deletes.insert(path_for_engine(parts.store(), entry->file.path));
    }
    removed.push_back(fmt::format(
        "SELECT {} FROM ({}) t SEMI JOIN (SELECT file_path, pos FROM read_parquet({}, hive_partitioning = false)) d ON "
        "t._pos = d.pos AND concat('file://', t._file) = d.file_path",
        fmt::join(names, ", "), all_rows_sql(parts.store(), files, {.schema = key, .positions = Positions::with}),
        file_list({deletes.begin(), deletes.end()})));
  }
  if (removed.empty()) return {};
  return fmt::format("SELECT DISTINCT {} FROM ({}) r ANTI JOIN ({}) a ON {}", fmt::join(names, ", "),
                     fmt::join(removed, " UNION ALL "), added_rows_sql(parts, step, key), fmt::join(equal, " AND "));
}

}  // namespace boathouse::core
