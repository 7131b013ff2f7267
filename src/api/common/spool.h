// SPDX-License-Identifier: Apache-2.0
// Bytes whose count nobody knows yet: in memory while they are few, then in an unnamed file that is gone with this object,
// however the process ends. One thread at a time. Writing throws system_error() (storage_full when the disk is full).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "net/response.h"

namespace boathouse::api {

class Spool {
 public:
  // `folder` exists.
  explicit Spool(std::filesystem::path folder, std::size_t most_in_memory = 1 << 20)
      : folder_(std::move(folder)), most_in_memory_(most_in_memory) {}

  void append(std::string_view bytes);
  std::uint64_t size() const { return in_file_ + memory_.size(); }

  // Gives all bytes, in pieces, in order.
  void replay(const std::function<void(std::string_view)>& consumer) const;

  // The bytes as an answer; leaves this empty.
  net::Response to_response(int status, std::string content_type) &&;

 private:
  void flush();

  std::filesystem::path folder_;
  std::size_t most_in_memory_;
  std::string memory_;  // what came after the last flush
  base::UniqueFd file_;
  std::uint64_t in_file_ = 0;
};

}  // namespace boathouse::api
