// SPDX-License-Identifier: Apache-2.0
// Answers kept as files for a while, so that a download that was cut goes on with the same bytes. A file is known by its
// tag: the same tag, the same bytes. Any thread; calls block.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "base/file.h"
#include "base/time.h"
#include "engine/pool.h"

namespace boathouse::core {

class KeptFiles {
 public:
  struct Rules {
    base::Micros keep_for = 10 * base::kMinute;  // after the last use
    std::uint64_t most_bytes = 8ULL << 30;       // of all; past it those that were used longest ago go first
  };
  // Empties the folder, which is made when missing.
  explicit KeptFiles(std::filesystem::path folder) : KeptFiles(std::move(folder), Rules()) {}
  KeptFiles(std::filesystem::path folder, Rules rules);

  // The file of that tag. Where there is none, `make` writes it. Throws what `make` throws, and system errors.
  using Make = std::function<void(engine::ResultConsumer& bytes)>;
  struct File {
    base::UniqueFd fd;
    std::uint64_t size = 0;
  };
  File open(const std::string& tag, const Make& make);

 private:
  void sweep();

  const std::filesystem::path folder_;
  const Rules rules_;
  std::mutex sweeping_;
};

}  // namespace boathouse::core
