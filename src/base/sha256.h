// SPDX-License-Identifier: Apache-2.0
// SHA-256 of bytes that come in pieces. An object belongs to one thread at a time; it may be moved.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace boathouse::base {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  // 32 raw bytes; nothing may follow.
  std::string finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

// Of a file, read in pieces; `read` is told the size of each, and may throw to stop.
std::string sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& read = {});

}  // namespace boathouse::base
