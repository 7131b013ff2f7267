// SPDX-License-Identifier: Apache-2.0
// The files behind objects: `buckets/<workspace id>/<bucket id>/<2 hex>/<uuid>`, never named after keys. A file is known by
// the last of these; it belongs to one version or one part of an upload, and is written once. What is being written, or read
// through later, is held here in memory, so that removing spares it; what a crash left is found by a sweep. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "core/file_uses.h"
#include "core/job_kind.h"
#include "core/progress.h"
#include "meta/meta_store.h"

namespace boathouse::core {

// At every start, and daily.
inline JobKind object_sweep_kind() { return {.name = "sweep-objects", .single = true, .every = base::kDay}; }

class ObjectFiles {
 public:
  // `root` is the folder `buckets`; made when missing. While `uses` pause removal nothing goes; a sweep finds it later.
  ObjectFiles(meta::MetaStore& meta, FileUses& uses, std::filesystem::path root);

  // Keeps files from being removed as long as it lives.
  class Hold {
   public:
    Hold(ObjectFiles& files, std::vector<std::string> names);
    Hold(Hold&& other) noexcept : files_(other.files_), names_(std::move(other.names_)) { other.names_.clear(); }
    Hold& operator=(Hold&&) = delete;
    ~Hold();

   private:
    ObjectFiles& files_;
    std::vector<std::string> names_;
  };

  // A name that nobody has, `<workspace id>/<bucket id>/<2 hex>/<uuid>`, and its folder made.
  std::string new_name(const meta::BucketRow& bucket);
  std::filesystem::path path_of(const std::string& name) const { return root_ / name; }

  // Removes what is no longer referred to: now, or once nobody holds it. Never throws.
  void remove(const std::vector<std::string>& names) noexcept;
  // The empty folders of a bucket that is gone.
  void remove_folders(const meta::BucketRow& bucket);

  // Removes files that neither a version nor a part has, such as a crash leaves.
  struct Swept {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
  };
  Swept sweep(Progress& progress);

 private:
  void unlink(const std::string& name) noexcept;
  bool is_held(const std::string& name) const;
  void sweep_file(const std::filesystem::path& file, Swept& swept);

  meta::MetaStore& meta_;
  FileUses& uses_;
  const std::filesystem::path root_;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::map<std::string, int> held_;
  std::set<std::string> doomed_;  // to be removed once they are not held
};

}  // namespace boathouse::core
