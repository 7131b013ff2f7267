// SPDX-License-Identifier: Apache-2.0
// Cryptographic digests of bytes that come in pieces. An object belongs to one thread at a time; it may be moved.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace boathouse::base {

class Digest {
 public:
  enum class Kind { md5, sha1, sha256 };

  explicit Digest(Kind kind);
  void update(std::string_view bytes);
  // Raw bytes (16, 20 or 32 of them); nothing may follow.
  std::string finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace boathouse::base
