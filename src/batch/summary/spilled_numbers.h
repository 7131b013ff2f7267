// SPDX-License-Identifier: Apache-2.0
// The numbers of columns on disk, as doubles: written block by block by several threads, read column by column in the
// order of the blocks. Errors of the file system are system_error().
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <vector>

#include "base/file.h"

namespace boathouse::batch {

class SpilledNumbers {
 public:
  static constexpr std::uint64_t kAbsent = ~std::uint64_t{0};

  // In a file at `path`, which is new and gone when this is.
  explicit SpilledNumbers(const std::filesystem::path& path);

  // The columns of a block, each of `rows` numbers, one after the other; `columns` says which. Any thread.
  void write(std::uint64_t block, std::size_t rows, std::span<const std::uint32_t> columns,
             std::span<const double> numbers);

  // A column's numbers from the first row on. Every block must have it. One thread at a time, after the last write.
  class Reader {
   public:
    Reader(const SpilledNumbers& numbers, std::uint32_t column) : numbers_(numbers), column_(column) {}
    // Fills `out`; the numbers must be there.
    void read(std::span<double> out);

   private:
    void fill();

    const SpilledNumbers& numbers_;
    std::uint32_t column_;
    std::size_t block_ = 0;       // that comes next
    std::uint64_t offset_ = 0;    // in the file, of what comes next
    std::size_t rows_left_ = 0;   // of the block
    std::vector<double> buffer_;  // what is left of it is from at_ on
    std::size_t at_ = 0;
  };

 private:
  struct Block {
    std::size_t rows = 0;
    std::vector<std::uint64_t> offsets;  // by column; a block's columns may end early, and some be absent
  };

  base::UniqueFd file_;
  std::mutex mutex_;
  // Guarded by mutex_ until the last write:
  std::uint64_t size_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace boathouse::batch
