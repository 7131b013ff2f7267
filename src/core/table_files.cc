// SPDX-License-Identifier: Apache-2.0
#include "core/table_files.h"

#include "base/error.h"
#include "base/ids.h"
#include "base/names.h"
#include "core/partitioning.h"

namespace boathouse::core {
namespace {

std::string names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const iceberg::Field& field : columns) names.push_back(base::quote_identifier(field.name));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void check_partitions(const Limits& limits, std::uint64_t count) {
  if (count <= limits.max_partitions) return;
  throw base::Error(base::ErrorKind::too_large,
                    fmt::format("the batch has rows for {} partitions, and {} is the most for one batch: send it in "
                                "parts, or partition the table more coarsely",
                                count, limits.max_partitions))
      .code("too-many-partitions")
      .with("partitions", count);
}

namespace {

std::vector<WrittenFile> write_partitioned(const Limits& limits, engine::Lease& lease, const RowsToWrite& wanted,
                                           const std::filesystem::path& folder) {
  PartitionedCopy copy = partitioned_copy(wanted.spec, wanted.schema, wanted.rows, names_of(wanted.columns));
  auto results = lease.execute({copy.make_parts, copy.count_parts});
  check_partitions(limits, results.back().rows.at(0).at(0).to_number<std::uint64_t>());
  results = lease.execute({copy.list_parts, copy_partitioned_statement(copy.select, "_part", folder, wanted.columns)});
  std::vector<iceberg::PartitionTuple> partitions = partitions_from(results.at(0), wanted.spec, wanted.schema);
  std::vector<WrittenFile> files = files_from_copy(results.at(1), wanted.columns);
  for (WrittenFile& written : files) {
    written.file.partition = partitions.at(static_cast<std::size_t>(written.part));
  }
  return files;
}

}  // namespace

std::vector<WrittenFile> write_table_files(const Limits& limits, engine::Lease& lease, const RowsToWrite& wanted,
                                           const std::filesystem::path& folder) {
  const std::filesystem::path target = folder / base::uuid_v4();
  if (!wanted.spec.unpartitioned()) return write_partitioned(limits, lease, wanted, target);
  std::string select = fmt::format("SELECT {} FROM ({})", names_of(wanted.columns), wanted.rows);
  return files_from_copy(lease.execute({copy_statement(select, target, wanted.columns)}).back(), wanted.columns);
}

void adopt_table_files(store::ObjectStore& store, const std::string& location, const RowsToWrite& wanted,
                       const std::vector<WrittenFile>& files, std::vector<iceberg::DataFile>& adopted) {
  for (const WrittenFile& written : files) {
    iceberg::DataFile file = written.file;
    file.spec_id = wanted.spec.id;
    std::string folder = partition_folder(wanted.spec, wanted.schema, file.partition) + written.folder;
    file.path = fmt::format("{}/data/{}{}.parquet", location, folder, base::uuid_v4());
    store.adopt(written.path, file.path, store::Durability::later);
    adopted.push_back(std::move(file));
  }
}

}  // namespace boathouse::core
