// SPDX-License-Identifier: Apache-2.0
#include "base/file_read.h"

#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace boathouse::base {
namespace {

template <typename Read>
std::size_t go_on(const Read& read, const char* what) {
  while (true) {
    const ssize_t got = read();
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(errno, what);
  }
}

// `read` is told how much there is already.
template <typename Read>
std::size_t fill(std::span<char> into, const Read& read) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t got = read(filled);
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

}  // namespace

std::size_t read_some(int fd, std::span<char> into, const char* what) {
  return go_on([&] { return ::read(fd, into.data(), into.size()); }, what);
}

std::size_t read_some_at(int fd, std::span<char> into, std::uint64_t offset, const char* what) {
  return go_on([&] { return ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset)); }, what);
}

std::size_t read_all(int fd, std::span<char> into, const char* what) {
  return fill(into, [&](std::size_t filled) { return read_some(fd, into.subspan(filled), what); });
}

std::size_t read_all_at(int fd, std::span<char> into, std::uint64_t offset, const char* what) {
  return fill(into, [&](std::size_t filled) { return read_some_at(fd, into.subspan(filled), offset + filled, what); });
}

}  // namespace boathouse::base
