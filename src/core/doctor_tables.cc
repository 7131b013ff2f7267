// SPDX-License-Identifier: Apache-2.0
// A folder is listed before its table's pointer is read: what is listed and not led to by the pointer is an orphan, unless
// it is young enough to belong to a commit in flight. What is led to and was not listed is looked at once more, since a
// commit may have come between; and when the pointer has moved meanwhile, the table is looked at anew.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "core/all_tables.h"
#include "core/doctor_checks.h"
#include "iceberg/needed_files.h"
#include "store/local_store.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kCacheBytes = 32 << 20;
constexpr int kMostLooks = 3;
constexpr const char* kRestore = "restore the table from a backup, or roll it back to a version that is whole";

struct Referred {
  std::string location;
  std::int64_t size = -1;  // bytes; -1 where nobody says
  std::int64_t rows = -1;  // of data files
  bool by_current = false;
};
// By what is equal where locations name one file, so that messages come in a fixed order.
using Files = std::map<std::string, Referred, std::less<>>;

void add_file(Files& files, std::string_view location) {
  files.try_emplace(std::string(iceberg::path_part(location)), Referred{.location = std::string(location)});
}

bool is_bookkeeping(const std::string& name) { return name.starts_with("unreferenced-") && name.ends_with(".json"); }

class Tables {
 public:
  Tables(Examination& examination, meta::MetaStore& meta)
      : examination_(examination),
        meta_(meta),
        store_(examination.request.warehouse),
        cache_(store_, kCacheBytes),
        old_(base::now_micros() - examination.request.grace) {}

  void run() {
    for_each_workspace(meta_, [&](const meta::WorkspaceRow& workspace) { tables_of(workspace); });
    if (moved_from_.empty()) folders_of_no_table();
    if (examination_.request.checksums) read_data_files(examination_, to_read_);
  }

 private:
  void tables_of(const meta::WorkspaceRow& workspace) {
    for_each_table(meta_, workspace.id, {.quarantines = true}, [&](const meta::TableRow& table) {
      examination_.progress.check();
      one_table(workspace.name + "." + table.name, table);
      examination_.progress.advance(++examination_.diagnosis.tables, 0, "tables");
    });
  }

  void one_table(const std::string& name, meta::TableRow row) {
    folders_.insert(row.location);
    if (!row.location.starts_with(store_.root() + "/")) return moved(name, row.location);
    const std::size_t before = examination_.diagnosis.findings.size();
    for (int look = 1;; ++look) {
      look_at(name, row);
      auto now = meta_.catalog().find_table(row.id);
      if ((now && now->metadata_location == row.metadata_location) || look == kMostLooks) break;
      examination_.diagnosis.findings.resize(before);
      if (!now) return;  // dropped meanwhile
      row = *now;
    }
  }

  // Told once: where one table has moved, all have.
  void moved(const std::string& name, const std::string& location) {
    if (!std::exchange(moved_from_, location).empty()) return;
    examination_.add(
        Severity::error, "warehouse",
        fmt::format("{} lies at {}, and the warehouse is {}: the folder was moved", name, location, store_.root()),
        examination_.request.warehouse.string(),
        "boathouse doctor --relocate while the server is stopped, or move it back");
  }

  void look_at(const std::string& name, const meta::TableRow& row) {
    const std::vector<store::ObjectInfo> listed = store_.list(row.location);
    Files files;
    bool all_known = false;
    try {
      iceberg::MetadataPtr metadata = cache_.metadata(row.metadata_location);
      if (metadata->table_uuid != row.id.value || metadata->location != row.location) {
        add_table(name, "its metadata file is that of another table", row.metadata_location);
      }
      all_known = follow(name, *metadata, files);
    } catch (const Error& error) {
      return add_table(name, "its metadata file cannot be used: " + error.message(), row.metadata_location);
    }
    compare(name, listed, files);
    // Where some metadata cannot be read nobody knows which files are needed, so none is an orphan.
    if (!all_known) return;
    add_file(files, row.metadata_location);
    const iceberg::MetadataPtr metadata = cache_.metadata(row.metadata_location);
    for (const iceberg::MetadataLogEntry& entry : metadata->metadata_log) {
      add_file(files, entry.metadata_file);
    }
    orphans(name, row.location, listed, files);
  }

  void add_table(const std::string& name, const std::string& what, const std::string& where) {
    examination_.add(Severity::error, "table", name + ": " + what, where, kRestore);
  }

  // False when some of it cannot be read.
  bool follow(const std::string& name, const iceberg::TableMetadata& metadata, Files& files) {
    struct Visitor final : iceberg::NeededFileVisitor {
      Visitor(Tables& tables, const std::string& name, Files& files) : tables(tables), name(name), files(files) {}
      bool visit(const iceberg::NeededFile& file) override {
        Referred referred{std::string(file.location), file.size, file.rows, file.by_current};
        return files.try_emplace(std::string(iceberg::path_part(file.location)), std::move(referred)).second;
      }
      void unreadable(std::string_view location, const Error& error) override {
        tables.unreadable(name, std::string(location), error);
        all_known = false;
      }

      Tables& tables;
      const std::string& name;
      Files& files;
      bool all_known = true;
    } visitor(*this, name, files);
    iceberg::visit_needed_files(store_, metadata, visitor);
    return visitor.all_known;
  }

  // One that is not there is told with all that are not.
  void unreadable(const std::string& name, const std::string& location, const Error& error) {
    if (error.kind() != ErrorKind::not_found)
      add_table(name, "a file of its metadata cannot be used: " + error.message(), location);
  }

  void compare(const std::string& name, const std::vector<store::ObjectInfo>& listed, const Files& files) {
    std::map<std::string_view, std::uint64_t> sizes;
    for (const store::ObjectInfo& file : listed) sizes.emplace(iceberg::path_part(file.location), file.size);
    for (const auto& [path, referred] : files) {
      const std::string& location = referred.location;
      ++examination_.diagnosis.files;
      const char* needed = referred.by_current ? "needed by the current version" : "needed by an older version";
      std::optional<std::uint64_t> size = size_of(sizes, location);
      if (!size) {
        add_table(name, fmt::format("a file is missing, {}", needed), location);
      } else if (referred.size >= 0 && *size != static_cast<std::uint64_t>(referred.size)) {
        add_table(name, fmt::format("a file has {} bytes instead of {}, {}", *size, referred.size, needed), location);
      } else if (referred.rows >= 0 && examination_.request.checksums) {
        to_read_.push_back({store::path_of(location), referred.rows, name});
      }
    }
  }

  std::optional<std::uint64_t> size_of(const std::map<std::string_view, std::uint64_t>& sizes,
                                       const std::string& location) {
    auto found = sizes.find(iceberg::path_part(location));
    if (found != sizes.end()) return found->second;
    try {
      return store_.size(location);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void orphans(const std::string& name, const std::string& folder, const std::vector<store::ObjectInfo>& listed,
               const Files& files) {
    std::vector<const store::ObjectInfo*> found;
    for (const store::ObjectInfo& file : listed) {
      if (file.modified > old_ || files.contains(iceberg::path_part(file.location))) continue;
      if (is_bookkeeping(file.location.substr(file.location.rfind('/') + 1))) continue;
      found.push_back(&file);
    }
    tell_orphans(fmt::format("{} does not refer to", name), folder, found);
  }

  void tell_orphans(const std::string& whose, const std::string& folder,
                    const std::vector<const store::ObjectInfo*>& found) {
    if (found.empty()) return;
    std::uint64_t bytes = 0;
    for (const store::ObjectInfo* file : found) bytes += file->size;
    Finding& finding = examination_.add(Severity::warning, "orphans",
                                        fmt::format("{} files with {} bytes that {}, such as {}", found.size(), bytes,
                                                    whose, found.front()->location.substr(folder.size() + 1)),
                                        folder, "boathouse doctor --repair while the server is stopped");
    if (!examination_.request.repair) return;
    std::size_t removed = 0;
    for (const store::ObjectInfo* file : found) removed += remove(file->location) ? 1 : 0;
    finding.repaired = removed == found.size();
  }

  bool remove(const std::string& location) {
    try {
      return store_.remove(location);
    } catch (const Error&) {
      return false;
    }
  }

  // What dropped tables and given-up commits left.
  void folders_of_no_table() {
    std::error_code none;
    const fs::path root = store::path_of(store_.root());
    for (const fs::directory_entry& workspace : fs::directory_iterator(root, none)) {
      if (!workspace.is_directory(none) || workspace.is_symlink(none)) continue;
      for (const fs::directory_entry& folder : fs::directory_iterator(workspace.path(), none)) {
        const std::string location = store::location_of(folder.path());
        if (folder.is_directory(none) && !folder.is_symlink(none) && !folders_.contains(location)) no_table(location);
      }
    }
  }

  void no_table(const std::string& folder) {
    const std::vector<store::ObjectInfo> listed = store_.list(folder);
    std::vector<const store::ObjectInfo*> found;
    for (const store::ObjectInfo& file : listed) {
      if (file.modified > old_) return;  // perhaps of a table that is just being made
      found.push_back(&file);
    }
    tell_orphans("no table refers to", folder, found);
  }

  Examination& examination_;
  meta::MetaStore& meta_;
  store::LocalStore store_;
  iceberg::MetadataCache cache_;
  const base::Micros old_;  // what was written before may be called an orphan
  std::string moved_from_;
  std::set<std::string> folders_;  // of all tables
  std::vector<DataFileToRead> to_read_;
};

}  // namespace

void check_tables(Examination& examination, meta::MetaStore& meta) {
  if (!fs::is_directory(examination.request.warehouse)) {
    examination.add(Severity::error, "warehouse", "is not there", examination.request.warehouse.string(),
                    "name the right --data and --warehouse-uri, or restore the installation from a backup");
    return;
  }
  Tables(examination, meta).run();
}

}  // namespace boathouse::core
