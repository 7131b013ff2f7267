// SPDX-License-Identifier: Apache-2.0
// Reading of descriptors, going on after signals. Throws system_error() with `what`. Any thread, as far as the descriptor
// allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace boathouse::base {

// From where the descriptor stands: at least one byte, 0 at the end of the file.
std::size_t read_some(int fd, std::span<char> into, const char* what = "reading a file");
// The same, from `offset` and without moving the descriptor.
std::size_t read_some_at(int fd, std::span<char> into, std::uint64_t offset, const char* what = "reading a file");
// As much as there is from where the descriptor stands, and from `offset`: less than all of `into` only at the end of the file.
std::size_t read_all(int fd, std::span<char> into, const char* what = "reading a file");
std::size_t read_all_at(int fd, std::span<char> into, std::uint64_t offset, const char* what = "reading a file");

}  // namespace boathouse::base
