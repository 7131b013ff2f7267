// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. A target is one file that defines fuzz_one(): it gives the bytes to a reader and holds what
// comes back against what the reader's header promises. base::Error is how a reader refuses; a broken promise, any other
// exception and whatever the address and undefined-behaviour sanitizers see end the process, which is a find.
#pragma once

#include <cstdint>
#include <string_view>

namespace boathouse::fuzz {

// Of each target. Throws base::Error where the bytes are refused.
void fuzz_one(std::string_view bytes);

// Ends the process, saying which promise was broken.
void require(bool holds, std::string_view promise);

// Takes settings of an input off its front, so that the fuzzer chooses them too; 0 once it is empty.
std::uint8_t take_byte(std::string_view& bytes);

// Gives `bytes` to `feed(std::string_view)` in pieces of 1 to `most` bytes, each a copy of its own: reading past one is
// then an error that the sanitizer sees.
template <class Feed>
void in_pieces(std::string_view bytes, std::size_t most, Feed feed);

}  // namespace boathouse::fuzz

#include <string>

namespace boathouse::fuzz {

template <class Feed>
void in_pieces(std::string_view bytes, std::size_t most, Feed feed) {
  std::size_t size = most;
  while (!bytes.empty()) {
    std::string piece(bytes.substr(0, size));
    feed(std::string_view(piece));
    bytes.remove_prefix(piece.size());
    size = size % most + 1;
  }
}

}  // namespace boathouse::fuzz
