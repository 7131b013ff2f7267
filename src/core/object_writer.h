// SPDX-License-Identifier: Apache-2.0
// One file of an object on its way in: written, hashed and synced, and removed again unless somebody keeps it. One thread
// at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest_behind.h"
#include "base/write_behind.h"
#include "core/object_checks.h"
#include "core/object_files.h"

namespace boathouse::core {

class ObjectWriter {
 public:
  // `files` outlives it.
  ObjectWriter(ObjectFiles& files, const meta::BucketRow& bucket, const std::vector<ChecksumKind>& checksums);
  ObjectWriter(ObjectWriter&& other) noexcept = default;
  ObjectWriter& operator=(ObjectWriter&&) = delete;
  ~ObjectWriter();

  // Throws system_error(): storage_full when the disk is.
  void append(std::string_view bytes);
  // No more bytes: they are on the disk, under the file's name, when this returns. Once.
  void finish();
  // Somebody refers to the file now.
  void keep() { kept_ = true; }

  const std::string& name() const { return name_; }
  std::int64_t size() const { return size_; }
  // Once finished: 16 raw bytes, and the raw bytes of a checksum that was asked for; nullopt for one that was not.
  const std::string& md5() const { return md5_; }
  std::optional<std::string> checksum(ChecksumKind kind) const;
  // The first kind that was asked for.
  std::optional<ChecksumKind> first_kind() const;

 private:
  ObjectFiles& files_;
  std::string name_;
  std::unique_ptr<ObjectFiles::Hold> hold_;
  base::UniqueFd file_;
  base::WriteBehind write_behind_;
  std::int64_t size_ = 0;
  // It takes longer than all the rest.
  std::unique_ptr<base::DigestBehind> running_md5_;
  std::vector<RunningChecksum> running_;
  std::string md5_;
  std::vector<std::pair<ChecksumKind, std::string>> checksums_;
  bool kept_ = false;
};

}  // namespace boathouse::core
