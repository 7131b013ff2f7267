// SPDX-License-Identifier: Apache-2.0
#include "core/house_keeping.h"

#include <filesystem>
#include <unordered_set>

#include "base/error.h"
#include "base/log.h"
#include "core/all_tables.h"
#include "core/profiles.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

// Versions grow old enough to expire, and crashes leave files, without a commit that would tell of it.
constexpr base::Micros kLookAgain = base::kHour;
constexpr base::Micros kLookAtEverythingAgain = base::kDay;

std::vector<std::string> folder_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error) && !it->is_symlink(error)) names.push_back(it->path().filename());
  }
  return names;
}

bool is_table_folder(const std::string& name) {
  constexpr std::size_t kUuid = 36;
  return name.size() > kUuid && base::is_uuid(std::string_view(name).substr(name.size() - kUuid));
}

}  // namespace

JobKind upkeep_kind() { return {.name = "maintain", .retry = {}, .single = true}; }

meta::JobRow upkeep_job(const meta::TableRow& table) {
  return new_job(upkeep_kind(), table.workspace, table.name, {{"table", table.id.value}});
}

JobKind house_keeping_kind(const UpkeepOptions& options) {
  return {.name = "house-keeping", .retry = {.attempts = 1}, .single = true, .every = options.every};
}

UpkeepTotals& UpkeepTotals::operator+=(const UpkeepTotals& other) {
  compacted_files += other.compacted_files;
  expired_versions += other.expired_versions;
  removed_files += other.removed_files;
  removed_bytes += other.removed_bytes;
  waiting_files += other.waiting_files;
  return *this;
}

boost::json::object UpkeepTotals::to_json() const {
  return {{"compacted_files", compacted_files},
          {"expired_versions", expired_versions},
          {"removed_files", removed_files},
          {"removed_bytes", removed_bytes},
          {"waiting_files", waiting_files}};
}

UpkeepTotals HouseKeeping::keep_table(const base::TableId& table, Progress& progress) {
  auto row = parts_.meta.catalog().find_table(table);
  return row ? keep(*row, progress) : UpkeepTotals{};
}

UpkeepTotals HouseKeeping::keep(const meta::TableRow& table, Progress& progress) {
  TableLocks::Guard turn = turns_.lock(table.workspace, table.id.value);
  UpkeepTotals done;
  done.compacted_files = compact(parts_, table, parts_.upkeep, progress).files_before;
  done.expired_versions = expire_versions(parts_, table, progress);
  if (done.expired_versions > 0) forget_expired_profiles(parts_, table);
  auto before = look(table.location);
  base::Micros now = base::now_micros();
  // A commit after this moves the pointer, so that the table is looked at again.
  Look next;
  auto row = parts_.meta.catalog().find_table(table.id);
  if (row) next.pointer = row->metadata_location;
  // Listing a large folder costs, so it is done now and then, not after every sixteenth commit.
  bool due = !before || now >= before->metadata;
  bool everything = due && (!before || done.expired_versions > 0 || now >= before->everything);
  RemovedFiles removed;
  if (due) {
    removed = remove_unreferenced(parts_, table.workspace, table.location, parts_.upkeep, progress,
                                  everything ? RemovalScope::everything : RemovalScope::metadata);
  }
  done.removed_files = removed.files;
  done.removed_bytes = removed.bytes;
  done.waiting_files = removed.waiting;

  base::Duration age = keep_for(parts_, table);
  base::Micros soon = age.forever || age.micros == 0 ? kLookAgain : std::clamp(age.micros, base::kMinute, kLookAgain);
  next.next = now + (removed.waiting > 0 ? std::min(parts_.upkeep.file_grace, soon) : soon);
  next.metadata = due ? now + parts_.upkeep.every : before->metadata;
  if (everything) {
    next.everything = now + (removed.waiting > 0 ? parts_.upkeep.file_grace : kLookAtEverythingAgain);
  } else {
    next.everything = done.expired_versions > 0 ? next.metadata : before->everything;
  }
  if (!due) next.next = std::min(next.next, next.metadata);
  remember(table.location, next, done);
  return done;
}

UpkeepTotals HouseKeeping::keep_folder(const base::WorkspaceId& workspace, const std::string& folder,
                                       Progress& progress) {
  RemovedFiles removed = remove_unreferenced(parts_, workspace, folder, parts_.upkeep, progress);
  UpkeepTotals done{.removed_files = removed.files, .removed_bytes = removed.bytes, .waiting_files = removed.waiting};
  base::Micros next = base::now_micros() + (removed.waiting > 0 ? parts_.upkeep.file_grace : 0);
  remember(folder, {.pointer = {}, .next = next, .metadata = next, .everything = next}, done);
  return done;
}

UpkeepTotals HouseKeeping::keep_all(Progress& progress) {
  UpkeepTotals done;
  fs::path warehouse = store::path_of(parts_.store().root());
  for (const std::string& name : folder_names(warehouse)) {
    keep_folders(base::WorkspaceId(name), progress, done);
  }
  return done;
}

void HouseKeeping::keep_folders(const base::WorkspaceId& workspace, Progress& progress, UpkeepTotals& done) {
  std::string root = store::join(parts_.store().root(), workspace.value);
  // Before the rows: a table made meanwhile has its folder, but is not taken for one that is no more without a look.
  std::vector<std::string> folders = folder_names(store::path_of(root));
  std::unordered_set<std::string> of_tables;
  auto one = [&](const std::string& folder, auto work) {
    progress.check();
    try {
      done += work();
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::cancelled) throw;
      base::log_warning("upkeep_failed", {{"folder", folder}, {"error", error.message()}});
      progress.log(fmt::format("{}: {}", folder, error.message()));
    }
  };
  for_each_table(parts_.meta, workspace, {.quarantines = true}, [&](const meta::TableRow& table) {
    of_tables.insert(table.location);
    auto before = look(table.location);
    if (before && before->pointer == table.metadata_location && base::now_micros() < before->next) return;
    one(table.name, [&] { return keep(table, progress); });
  });
  for (const std::string& name : folders) {
    std::string folder = store::join(root, name);
    if (!is_table_folder(name) || of_tables.contains(folder)) continue;
    auto before = look(folder);
    if (before && before->pointer.empty() && base::now_micros() < before->next) continue;
    one(name, [&] { return keep_folder(workspace, folder, progress); });
  }
}

std::optional<HouseKeeping::Look> HouseKeeping::look(const std::string& folder) const {
  std::lock_guard lock(mutex_);
  auto found = looks_.find(folder);
  return found == looks_.end() ? std::nullopt : std::optional(found->second);
}

void HouseKeeping::remember(const std::string& folder, const Look& look, const UpkeepTotals& done) {
  std::lock_guard lock(mutex_);
  if (look.pointer.empty() && done.waiting_files == 0) {
    looks_.erase(folder);  // nothing is left of it
  } else {
    looks_[folder] = look;
  }
  totals_ += done;
  totals_.waiting_files = 0;
}

UpkeepTotals HouseKeeping::totals() const {
  std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace boathouse::core
