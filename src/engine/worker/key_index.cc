// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/key_index.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "batch/exact_number.h"
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {
namespace {

using Entry = batch::UInt128;
constexpr int kPositionBits = 32;

// The entries of an index file, as they lie in the page cache.
class IndexView {
 public:
  explicit IndexView(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!fd_) throw base::system_error(errno, "opening a key index");
    size_ = base::file_size(path);
    if (size_ % sizeof(Entry) != 0) throw base::Error(base::ErrorKind::internal, "a key index is damaged");
    if (size_ == 0) return;
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0);
    if (data_ == MAP_FAILED) throw base::system_error(errno, "reading a key index");
    ::madvise(data_, size_, MADV_RANDOM);
  }
  ~IndexView() {
    if (size_ > 0) ::munmap(data_, size_);
  }
  IndexView(const IndexView&) = delete;
  IndexView& operator=(const IndexView&) = delete;

  // The entries with the fingerprint in the upper bits of `key`.
  std::span<const Entry> find(Entry key) const {
    const std::span<const Entry> all(static_cast<const Entry*>(data_), size_ / sizeof(Entry));
    const Entry low = key >> kPositionBits << kPositionBits;
    const auto begin = lower_bound(all, low);
    auto end = begin;
    while (end < all.size() && all[end] >> kPositionBits == low >> kPositionBits) ++end;
    return all.subspan(begin, end - begin);
  }

 private:
  // Steps away from where an even spread would put the value, wider each time, until it lies between two places.
  static std::size_t lower_bound(std::span<const Entry> all, Entry value) {
    const auto guess = static_cast<std::size_t>((value >> 64) * all.size() >> 64);
    std::size_t first = guess;
    std::size_t last = guess;
    for (std::size_t step = 8; first > 0 && all[first] >= value; step *= 2) first = first > step ? first - step : 0;
    for (std::size_t step = 8; last < all.size() && all[last] < value; step *= 2) {
      last = std::min(last + step, all.size());
    }
    return static_cast<std::size_t>(std::lower_bound(all.begin() + static_cast<std::ptrdiff_t>(first),
                                                     all.begin() + static_cast<std::ptrdiff_t>(last), value) -
                                    all.begin());
  }

  base::UniqueFd fd_;
  std::size_t size_ = 0;
  void* data_ = nullptr;
};

std::int64_t write_index(const std::string& path, std::span<const Entry> given) {
  std::vector<Entry> entries(given.begin(), given.end());
  std::sort(entries.begin(), entries.end());
  base::UniqueFd fd = base::create_file(path);
  base::write_all(fd.get(), {reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Entry)});
  return static_cast<std::int64_t>(entries.size());
}

void write_key_index(duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector paths = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector lists = duckdb_data_chunk_get_vector(input, 1);
  const auto* places = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(lists));
  const auto* entries = static_cast<const Entry*>(duckdb_vector_get_data(duckdb_list_vector_get_child(lists)));
  auto* counts = static_cast<std::int64_t*>(duckdb_vector_get_data(out));
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    counts[row] = 0;
    if (!valid_at(paths, row) || !valid_at(lists, row)) continue;
    counts[row] = write_index(std::string(text_at(paths, row)), {entries + places[row].offset, places[row].length});
  }
}

void key_index_rows(duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector paths = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector fingerprints = duckdb_data_chunk_get_vector(input, 1);
  const auto* keys = static_cast<const Entry*>(duckdb_vector_get_data(fingerprints));
  auto* lists = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(out));
  std::vector<std::int64_t> rows;
  std::optional<IndexView> index;
  std::string_view opened;
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    lists[row] = {rows.size(), 0};
    if (!valid_at(paths, row) || !valid_at(fingerprints, row)) continue;
    if (const std::string_view path = text_at(paths, row); !index || path != opened) {
      index.emplace(std::string(path));
      opened = path;
    }
    for (Entry found : index->find(keys[row])) rows.push_back(static_cast<std::uint32_t>(found));
    lists[row].length = rows.size() - lists[row].offset;
  }
  duckdb_list_vector_reserve(out, rows.size());
  duckdb_list_vector_set_size(out, rows.size());
  if (!rows.empty()) {
    std::memcpy(duckdb_vector_get_data(duckdb_list_vector_get_child(out)), rows.data(),
                rows.size() * sizeof(std::int64_t));
  }
}

}  // namespace

void register_key_index(duckdb_connection connection) {
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType entry(duckdb_create_logical_type(DUCKDB_TYPE_UHUGEINT));
  const LogicalType entries(duckdb_create_list_type(entry.get()));
  const LogicalType number(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  const LogicalType numbers(duckdb_create_list_type(number.get()));
  register_scalar(connection, "write_key_index", {text.get(), entries.get()}, number, guarded<write_key_index>,
                  Pure::no);
  register_scalar(connection, "key_index_rows", {text.get(), entry.get()}, numbers, guarded<key_index_rows>, Pure::no);
}

}  // namespace boathouse::engine
