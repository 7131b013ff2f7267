// SPDX-License-Identifier: Apache-2.0
#include "core/object_files.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

// None where it is no folder.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  return entries;
}

// As far as they are empty.
void remove_shelves(const fs::path& folder) {
  for (const fs::path& shelf : entries_of(folder)) ::rmdir(shelf.c_str());
  ::rmdir(folder.c_str());
}

}  // namespace

ObjectFiles::Hold::Hold(ObjectFiles& files, std::vector<std::string> names) : files_(files), names_(std::move(names)) {
  std::lock_guard lock(files_.mutex_);
  for (const std::string& name : names_) ++files_.held_[name];
}

ObjectFiles::Hold::~Hold() {
  std::vector<std::string> now_free;
  {
    std::lock_guard lock(files_.mutex_);
    for (const std::string& name : names_) {
      auto held = files_.held_.find(name);
      if (--held->second > 0) continue;
      files_.held_.erase(held);
      if (files_.doomed_.erase(name) > 0) now_free.push_back(name);
    }
  }
  for (const std::string& name : now_free) files_.unlink(name);
}

ObjectFiles::ObjectFiles(meta::MetaStore& meta, FileUses& uses, fs::path root)
    : meta_(meta), uses_(uses), root_(std::move(root)) {
  base::make_directories_durably(root_);
}

std::string ObjectFiles::new_name(const meta::BucketRow& bucket) {
  std::string uuid = base::uuid_v4();
  fs::path folder = fs::path(bucket.workspace.value) / bucket.id.value / uuid.substr(0, 2);
  base::make_directories_durably(root_ / folder);
  return (folder / uuid).string();
}

void ObjectFiles::remove(const std::vector<std::string>& names) noexcept {
  for (const std::string& name : names) {
    {
      std::lock_guard lock(mutex_);
      if (held_.contains(name)) {
        doomed_.insert(name);
        continue;
      }
    }
    unlink(name);
  }
}

void ObjectFiles::unlink(const std::string& name) noexcept {
  if (auto removing = uses_.removal()) base::remove_quietly(path_of(name));
}

void ObjectFiles::remove_folders(const meta::BucketRow& bucket) {
  remove_shelves(root_ / bucket.workspace.value / bucket.id.value);
}

bool ObjectFiles::is_held(const std::string& name) const {
  std::lock_guard lock(mutex_);
  return held_.contains(name);
}

ObjectFiles::Swept ObjectFiles::sweep(Progress& progress) {
  Swept swept;
  for (const fs::path& workspace : entries_of(root_)) {
    // Listed before the buckets, so that a new one's folder is not taken for one of those that are gone.
    const std::vector<fs::path> folders = entries_of(workspace);
    const std::vector<meta::BucketRow> buckets =
        meta_.buckets().list_buckets(base::WorkspaceId(workspace.filename().string()));
    for (const fs::path& bucket : folders) {
      for (const fs::path& shelf : entries_of(bucket)) {
        progress.check();
        for (const fs::path& file : entries_of(shelf)) sweep_file(file, swept);
      }
      // A put that came while its bucket went leaves the folder.
      const bool is_gone = std::ranges::none_of(
          buckets, [&](const meta::BucketRow& row) { return row.id.value == bucket.filename().string(); });
      if (is_gone) remove_shelves(bucket);
    }
  }
  if (swept.files > 0) base::log_info("object_files_swept", {{"files", swept.files}, {"bytes", swept.bytes}});
  return swept;
}

// It was listed before this: a file that was being written then is held until the store has it, so this order misses none.
void ObjectFiles::sweep_file(const fs::path& file, Swept& swept) {
  const std::string name = file.lexically_relative(root_).string();
  if (is_held(name) || meta_.buckets().is_file_used(name)) return;
  std::error_code unknown;
  const std::uintmax_t bytes = fs::file_size(file, unknown);
  auto removing = uses_.removal();
  if (!removing) return;
  base::remove_quietly(file);
  ++swept.files;
  if (!unknown) swept.bytes += static_cast<std::int64_t>(bytes);
}

}  // namespace boathouse::core
