// SPDX-License-Identifier: Apache-2.0
// Writes a query's result into a new file, as it comes. One thread.
#pragma once

#include "base/file.h"
#include "engine/pool.h"

namespace boathouse::core {

class FileConsumer : public engine::ResultConsumer {
 public:
  explicit FileConsumer(const std::filesystem::path& path) : fd_(base::create_file(path)) {}
  void on_columns(const std::vector<engine::Column>&) override {}
  void on_bytes(std::string_view bytes) override { base::write_all(fd_.get(), bytes); }

 private:
  base::UniqueFd fd_;
};

}  // namespace boathouse::core
