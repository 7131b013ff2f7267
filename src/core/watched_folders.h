// SPDX-License-Identifier: Apache-2.0
// Folders of this machine whose files are put into buckets, as if a client had: what is dropped there becomes rows where a
// trigger says so. The files are read, never changed. A file is taken once it has not changed for a while, and again when it
// has changed since; which state of it was taken is written down with the object, so that a restart takes nothing twice, nor
// brings back what was deleted or replaced in the bucket.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/buckets.h"
#include "core/objects.h"

namespace boathouse::core {

struct WatchedFolder {
  std::filesystem::path folder{};  // absolute, without symbolic links
  std::string workspace{};
  std::string bucket{};
  std::string prefix{};  // before each file's path in the folder
};

// "FOLDER=WORKSPACE/BUCKET[/PREFIX]". Error{invalid_argument}: another shape, a folder that is not there or that holds, or
// lies in, the house's own (`data`).
WatchedFolder parse_watched_folder(std::string_view text, const std::filesystem::path& data);

class WatchedFolders {
 public:
  WatchedFolders(const Parts& parts, const Buckets& buckets, const Objects& objects, const Triggers& triggers,
                 std::vector<WatchedFolder> folders)
      : parts_(parts), buckets_(buckets), objects_(objects), triggers_(triggers), folders_(std::move(folders)) {}
  ~WatchedFolders() { stop(); }

  // A thread looks every second, where there are folders. stop() waits for it: at most for the piece of a file.
  void start();
  void stop();

  // Takes what is new and has been as it is since the last look. Never throws: what went wrong is logged and tried again.
  // One thread at a time.
  void look();

 private:
  struct File {
    std::string state{};      // size, time of change and inode
    bool is_settled = false;  // taken, or not to be tried before its state changes
    base::Micros not_before = 0;
  };
  using Files = std::map<std::string, File>;  // by path

  void look_at(const WatchedFolder& folder, Files& files);
  void take(const WatchedFolder& folder, const std::filesystem::path& path, File& file);
  bool put(const WatchedFolder& folder, const std::filesystem::path& path, const std::string& state) const;
  meta::BucketRow bucket_of(const WatchedFolder& folder) const;
  bool is_stopping() const;

  const Parts& parts_;
  const Buckets& buckets_;
  const Objects& objects_;
  const Triggers& triggers_;
  const std::vector<WatchedFolder> folders_;
  std::vector<Files> files_{folders_.size()};  // of the last look, beside folders_

  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace boathouse::core
