// SPDX-License-Identifier: Apache-2.0
#include "core/move_warehouse.h"

#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "core/copied_files.h"
#include "core/data_files.h"
#include "core/relation.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

using base::Error;
using iceberg::AvroContent;

// The warehouse's files on their way to their new places.
class Warehouse {
 public:
  Warehouse(const WarehouseMove& move, Progress& progress)
      : move_(move), from_(move.from), to_(move.to), relocation_(move.locations), progress_(progress) {}

  void move(std::vector<std::string>& notes) {
    fs::create_directories(to_);
    sort_files(notes);
    rewrite_deletes();
    for (const fs::path& file : plain_) bring(file);
    rewrite(manifests_);
    rewrite(lists_);
    for (const fs::path& file : metadata_) {
      progress_.check();
      write_synced(to_ / file, iceberg::relocate_metadata(base::read_file(from_ / file), relocation_));
    }
  }

 private:
  void bring(const fs::path& file) {
    progress_.check();
    if (!move_.by_links) {
      copy_synced(from_ / file, to_ / file);
      return;
    }
    fs::create_directories((to_ / file).parent_path());
    fs::create_hard_link(from_ / file, to_ / file);
  }

  std::string old_location(const fs::path& file) const { return relocation_.from + "/" + file.string(); }

  void sort_files(std::vector<std::string>& notes) {
    for (const fs::path& file : files_below(from_)) {
      progress_.check();
      const std::string name = file.filename().string();
      if (name.ends_with(".metadata.json")) {
        metadata_.push_back(file);
      } else if (file.extension() == ".avro") {
        sort_avro(file, notes);
      } else {
        plain_.insert(file);
      }
    }
    for (const std::string& location : delete_locations_) {
      const fs::path file = location.substr(std::min(location.size(), relocation_.from.size() + 1));
      if (location.starts_with(relocation_.from + "/") && plain_.erase(file) > 0) deletes_.push_back(file);
    }
  }

  void sort_avro(const fs::path& file, std::vector<std::string>& notes) {
    const std::string bytes = base::read_file(from_ / file);
    try {
      const AvroContent content = iceberg::avro_content(bytes);
      (content == AvroContent::manifest_list ? lists_ : manifests_).push_back(file);
      if (content == AvroContent::delete_manifest) delete_locations_.merge(iceberg::position_deletes_of(bytes));
    } catch (const Error& error) {
      // Left by a batch that was cut short, so that no table names it; or as damaged as it was.
      notes.push_back(file.string() + " was copied as it is: " + error.message());
      plain_.insert(file);
    }
  }

  void rewrite_deletes() {
    if (deletes_.empty()) return;
    engine::WorkerPool pool({.worker_executable = move_.worker, .spill_root = move_.spill});
    const base::WorkspaceId nobody("move");
    engine::Confinement confinement{.kind = engine::WorkerKind::ingest,
                                    .workspaces = {nobody},
                                    .readable = {fs::canonical(from_)},
                                    .writable = {fs::canonical(to_)}};
    engine::Lease lease = pool.acquire(confinement, nobody, engine::kNoDeadline);
    const std::string inside = relocation_.from + "/";
    for (const fs::path& file : deletes_) {
      progress_.check();
      fs::create_directories((to_ / file).parent_path());
      const std::string select = fmt::format(
          "SELECT CASE WHEN starts_with(file_path, {0}) THEN concat({1}, substr(file_path, {2})) ELSE file_path END "
          "AS file_path, pos FROM read_parquet({3}, hive_partitioning = false)",
          base::quote_string(inside), base::quote_string(relocation_.to + "/"), base::code_points(inside) + 1,
          file_list({(fs::canonical(from_) / file).string()}));
      lease.execute({copy_statement(select, fs::canonical(to_) / file, position_delete_columns())});
      base::sync_file(to_ / file);
      sizes_[old_location(file)] = static_cast<std::int64_t>(base::file_size(to_ / file));
    }
  }

  // The sizes of what is written here are for those who name it.
  void rewrite(const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
      progress_.check();
      const std::string bytes = iceberg::relocate_avro(base::read_file(from_ / file), relocation_, sizes_);
      write_synced(to_ / file, bytes);
      sizes_[old_location(file)] = static_cast<std::int64_t>(bytes.size());
    }
  }

  const WarehouseMove& move_;
  const fs::path& from_;
  const fs::path& to_;
  const iceberg::Relocation& relocation_;
  Progress& progress_;

  // Names below from_:
  std::vector<fs::path> metadata_;
  std::vector<fs::path> lists_;
  std::vector<fs::path> manifests_;
  std::vector<fs::path> deletes_;
  std::set<fs::path> plain_;

  std::set<std::string> delete_locations_;
  iceberg::NewSizes sizes_;  // of what is not as long as it was
};

}  // namespace

void move_warehouse(const WarehouseMove& move, std::vector<std::string>& notes, Progress& progress) {
  Warehouse(move, progress).move(notes);
}

}  // namespace boathouse::core
