// SPDX-License-Identifier: Apache-2.0
// SHA-256 of bytes that come in pieces. An object belongs to one thread at a time; it may be moved.
#pragma once

#include <filesystem>
#include <functional>

#include "base/digest.h"

namespace boathouse::base {

class Sha256 : public Digest {
 public:
  Sha256() : Digest(Kind::sha256) {}
};

// Of a file, read in pieces; `read` is told the size of each, and may throw to stop.
std::string sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& read = {});

}  // namespace boathouse::base
