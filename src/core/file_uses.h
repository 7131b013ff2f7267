// SPDX-License-Identifier: Apache-2.0
// Who needs which files right now, so that removing unreferenced ones never takes a file from a running query or a commit
// in flight. A use begins before its owner reads a table's pointer or writes its first file, and ends after the last byte
// is read or the commit is decided. A file may go once every use of its workspace that is older than the moment at which
// the file was seen to be unreferenced has ended: younger ones read a pointer that does not lead to it any more.
// Uses are few and short beside the grace time, so they are kept by workspace, not by file. This holds within one process;
// other nodes and other engines are given the grace time. Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::core {

class FileUses {
 public:
  // Ends when it goes away.
  class Use {
   public:
    Use() = default;
    Use(Use&& other) noexcept;
    Use& operator=(Use&& other) noexcept;
    ~Use();

   private:
    friend class FileUses;
    FileUses* uses_ = nullptr;
    base::WorkspaceId workspace_;
    base::Micros began_ = 0;
  };
  Use begin(const base::WorkspaceId& workspace);

  // While one is alive no file is removed: for copies of the whole installation.
  class Pause {
   public:
    explicit Pause(FileUses& uses);
    Pause(Pause&& other) noexcept : uses_(other.uses_) { other.uses_ = nullptr; }
    Pause& operator=(Pause&&) = delete;
    ~Pause();

   private:
    FileUses* uses_;
  };
  // Waits for a removal that is going on.
  Pause pause_removal() { return Pause(*this); }

  // A moment: wall clock, but never the same twice and never running backwards within this process.
  base::Micros stamp();
  // When the oldest use of the workspace that is alive began.
  std::optional<base::Micros> oldest(const base::WorkspaceId& workspace) const;

  // Held while files are removed; does not own when removal is paused.
  std::unique_lock<std::mutex> removal();

 private:
  base::Micros next_stamp();
  void end(const base::WorkspaceId& workspace, base::Micros began);

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_map<base::WorkspaceId, std::set<base::Micros>> alive_;
  base::Micros last_stamp_ = 0;
  int pauses_ = 0;

  std::mutex removing_;
};

}  // namespace boathouse::core
