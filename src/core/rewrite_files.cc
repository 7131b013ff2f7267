// SPDX-License-Identifier: Apache-2.0
#include "core/rewrite_files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "core/data_files.h"
#include "core/ingest_stages.h"
#include "core/partitioning.h"
#include "core/relation.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;

// Of a stretch, and of each of them, to see how large rows are.
constexpr std::size_t kSampledFiles = 16;
constexpr int kSampledRows = 512;

class Rewriting {
 public:
  Rewriting(const Parts& parts, const TableState& table, const CompactionGroup& group)
      : parts_(parts),
        table_(table),
        group_(group),
        folder_(parts.layout.staging_of(table.row.workspace)),
        lease_(background_lease(parts, table.row.workspace)) {}

  Rewritten run() {
    try {
      for (const Stretch& stretch : group_.stretches) write_data(stretch);
      if (!group_.deletes.empty()) write_deletes();
    } catch (...) {
      store::remove_all_quietly(parts_.store(), made_.locations());
      throw;
    }
    return std::move(made_);
  }

 private:
  void write_data(const Stretch& stretch) {
    const iceberg::Schema& schema = table_.schema();
    iceberg::Scan scan{nullptr, schema, stretch};
    iceberg::Rewrite& made = made_.data.emplace_back();
    std::int64_t expected = 0;
    bool deleted_from = false;
    for (const iceberg::ScanFile& file : stretch) {
      made.of.push_back(file.data->file.path);
      expected += file.data->file.record_count;
      deleted_from = deleted_from || !file.deletes.empty();
    }
    RowsSql wanted{.schema = schema, .by = columns_by(*table_.metadata, schema), .in_order = true};
    std::string rows = rows_sql(parts_.store(), scan, wanted);
    const CopySize size{.rows = expected, .row_bytes = row_bytes(stretch)};
    auto results = lease_.execute({copy_statement(rows, folder_.path() / "rows.parquet", schema.fields(), size)});
    std::int64_t written = 0;
    for (const WrittenFile& file : files_from_copy(results.back(), schema.fields())) {
      written += file.file.record_count;
      made.made.push_back(adopt(file, iceberg::FileContent::data, ""));
    }
    if (deleted_from ? written > expected : written != expected) {
      throw base::Error(base::ErrorKind::internal,
                        fmt::format("compaction read {} rows and wrote {}", expected, written));
    }
  }

  // About how large a row is in memory, in the file that has the largest: files tell what they hold compressed only.
  std::int64_t row_bytes(const Stretch& stretch) {
    std::vector<std::string> parts;
    for (const iceberg::Field& field : table_.schema().fields()) {
      const std::string name = quote_identifier(field.name);
      if (field.type == iceberg::Type(iceberg::TypeKind::string)) parts.push_back(fmt::format("strlen({})", name));
      if (field.type == iceberg::Type(iceberg::TypeKind::binary))
        parts.push_back(fmt::format("octet_length({})", name));
    }
    for (std::string& part : parts) part = fmt::format("coalesce({}, 0)", part);
    parts.push_back(std::to_string(sizeof(std::int64_t) * table_.schema().fields().size()));
    std::vector<std::string> samples;
    for (std::size_t i = 0; i < stretch.size(); i += stretch.size() / kSampledFiles + 1) {
      std::string rows = all_rows_sql(parts_.store(), {&stretch[i]},
                                      {.schema = table_.schema(), .by = columns_by(*table_.metadata, table_.schema())});
      samples.push_back(
          fmt::format("SELECT avg({}) AS bytes FROM ({} LIMIT {})", fmt::join(parts, " + "), rows, kSampledRows));
    }
    auto found = lease_.execute(
        {fmt::format("SELECT coalesce(max(bytes), 0)::BIGINT FROM ({})", fmt::join(samples, " UNION ALL "))});
    return found.front().rows.at(0).at(0).to_number<std::int64_t>();
  }

  void write_deletes() {
    std::vector<std::string> paths;
    std::vector<std::string> gone;
    for (const iceberg::EntryPtr& entry : group_.deletes) {
      paths.push_back(path_for_engine(parts_.store(), entry->file.path));
    }
    for (const iceberg::DataFile* file : group_.files()) gone.push_back(quote_string(file->path));
    std::string rest =
        fmt::format("SELECT file_path, pos FROM read_parquet({}, hive_partitioning = false)", file_list(paths));
    if (!gone.empty()) rest += fmt::format(" WHERE file_path NOT IN ({})", fmt::join(gone, ", "));
    auto results = lease_.execute({
        "CREATE OR REPLACE TEMP TABLE remaining AS " + rest,
        copy_statement("SELECT file_path, pos FROM remaining ORDER BY file_path, pos",
                       folder_.path() / "deletes.parquet", position_delete_columns()),
        "SELECT min(file_path), max(file_path) FROM remaining",
    });
    for (const WrittenFile& file : files_from_copy(results.at(1), position_delete_columns())) {
      const boost::json::array& range = results.at(2).rows.at(0).as_array();
      iceberg::DataFile made = adopt(file, iceberg::FileContent::position_deletes, "-deletes");
      iceberg::set_deleted_from(made, std::string(range.at(0).as_string()), std::string(range.at(1).as_string()));
      made_.deletes.push_back(std::move(made));
    }
  }

  iceberg::DataFile adopt(const WrittenFile& written, iceberg::FileContent content, std::string_view ending) {
    const iceberg::PartitionSpec& spec = table_.metadata->spec_by_id(group_.spec_id);
    iceberg::DataFile file = written.file;
    file.content = content;
    file.spec_id = group_.spec_id;
    file.partition = group_.partition;
    file.path = fmt::format(
        "{}/data/{}{}{}.parquet", table_.row.location,
        partition_folder(spec, iceberg::schema_with_sources(*table_.metadata, table_.schema(), spec), group_.partition),
        base::uuid_v4(), ending);
    parts_.store().adopt(written.path, file.path, store::Durability::later);
    return file;
  }

  const Parts& parts_;
  const TableState& table_;
  const CompactionGroup& group_;
  base::TemporaryFolder folder_;
  engine::Lease lease_;
  Rewritten made_;
};

}  // namespace

std::vector<std::string> Rewritten::locations() const {
  std::vector<std::string> all = iceberg::locations_made(data);
  for (const iceberg::DataFile& file : deletes) all.push_back(file.path);
  return all;
}

Rewritten rewrite_files(const Parts& parts, const TableState& table, const CompactionGroup& group) {
  return Rewriting(parts, table, group).run();
}

}  // namespace boathouse::core
