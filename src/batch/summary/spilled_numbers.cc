// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/spilled_numbers.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file_read.h"

namespace boathouse::batch {
namespace {

constexpr std::size_t kReadAtOnce = 32 << 10;  // numbers

base::UniqueFd open_nameless(const std::filesystem::path& path) {
  base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) throw base::system_error(errno, "creating a file for numbers");
  base::remove_quietly(path);
  return file;
}

void write_at(int fd, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw base::system_error(errno, "putting numbers aside");
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
}

}  // namespace

SpilledNumbers::SpilledNumbers(const std::filesystem::path& path) : file_(open_nameless(path)) {}

void SpilledNumbers::write(std::uint64_t block, std::size_t rows, std::span<const std::uint32_t> columns,
                           std::span<const double> numbers) {
  if (columns.empty()) return;
  std::uint64_t offset = 0;
  {
    std::lock_guard lock(mutex_);
    offset = size_;
    size_ += numbers.size_bytes();
    if (blocks_.size() <= block) blocks_.resize(block + 1);
    Block& entry = blocks_[block];
    entry.rows = rows;
    entry.offsets.assign(columns.back() + std::size_t{1}, kAbsent);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      entry.offsets[columns[i]] = offset + i * rows * sizeof(double);
    }
  }
  write_at(file_.get(), offset, {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}

void SpilledNumbers::Reader::fill() {
  while (rows_left_ == 0) {
    const Block& block = numbers_.blocks_.at(block_++);
    rows_left_ = block.rows;
    offset_ = block.offsets.at(column_);
  }
  buffer_.resize(std::min(rows_left_, kReadAtOnce));
  at_ = 0;
  base::read_all_at(numbers_.file_.get(), {reinterpret_cast<char*>(buffer_.data()), buffer_.size() * sizeof(double)},
                    offset_);
  offset_ += buffer_.size() * sizeof(double);
  rows_left_ -= buffer_.size();
}

void SpilledNumbers::Reader::read(std::span<double> out) {
  while (!out.empty()) {
    if (at_ == buffer_.size()) fill();
    const std::size_t size = std::min(out.size(), buffer_.size() - at_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), size, out.begin());
    at_ += size;
    out = out.subspan(size);
  }
}

}  // namespace boathouse::batch
