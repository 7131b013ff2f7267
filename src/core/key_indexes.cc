// SPDX-License-Identifier: Apache-2.0
#include "core/key_indexes.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/names.h"
#include "core/column_types.h"

namespace boathouse::core {
namespace {

constexpr std::size_t kMaxKnown = 4096;
constexpr std::uint64_t kBytesPerRow = 16;
constexpr int kLookupsBeforeIndex = 3;

// Equal values of these types have the same text, which a fingerprint is made of too.
bool can_be_indexed(const iceberg::Schema& columns) {
  return std::none_of(columns.fields().begin(), columns.fields().end(), [](const iceberg::Field& field) {
    return field.type.is_floating() || !field.type.is_primitive();
  });
}

std::string index_name(const iceberg::DataFile& file, const iceberg::Schema& columns) {
  std::string name = file.path;
  for (const iceberg::Field& field : columns.fields()) {
    name += fmt::format("|{}:{}", field.id, engine_type(field.type));
  }
  return name;
}

std::shared_ptr<const KeyIndexFile> make_index(engine::Lease& lease, store::ObjectStore& store,
                                               const iceberg::ScanFile& file, const iceberg::Schema& columns,
                                               const std::filesystem::path& folder) {
  auto index = std::make_shared<const KeyIndexFile>(folder / (base::uuid_v4() + ".keys"));
  try {
    lease.execute({fmt::format("SELECT write_key_index({}, list({})) FROM ({})",
                               base::quote_string(index->path.string()), key_entry(columns, "_pos"),
                               all_rows_sql(store, {&file}, {.schema = columns, .positions = Positions::with}))});
    return index;
  } catch (const base::Error& error) {
    base::log_warning("core.key_index_failed", {{"file", file.data->file.path}, {"reason", error.message()}});
    return nullptr;
  }
}

}  // namespace

KeyIndexFiles KeyIndexes::of(engine::Lease& lease, store::ObjectStore& store, const iceberg::Scan& scan,
                             const iceberg::Schema& columns, const std::filesystem::path& folder) {
  KeyIndexFiles found;
  if (!can_be_indexed(columns)) return found;
  for (const iceberg::ScanFile& file : scan.files) {
    const std::int64_t rows = file.data->file.record_count;
    if (rows < limits_.least_rows || rows > limits_.most_rows || found.size() == limits_.max_files) continue;
    const std::string name = index_name(file.data->file, columns);
    bool make = false;
    auto index = find(name, make);
    if (make) {
      index = make_index(lease, store, file, columns, folder);
      if (index) keep(name, index, static_cast<std::uint64_t>(rows) * kBytesPerRow);
    }
    if (index) found.emplace(file.data->file.path, std::move(index));
  }
  return found;
}

std::shared_ptr<const KeyIndexFile> KeyIndexes::find(const std::string& name, bool& make) {
  std::lock_guard lock(mutex_);
  auto at = by_name_.find(name);
  if (at == by_name_.end()) {
    known_.push_front({.name = name, .lookups = 0, .bytes = 0, .index = nullptr});
    at = by_name_.emplace(known_.front().name, known_.begin()).first;
  }
  known_.splice(known_.begin(), known_, at->second);
  Known& known = *at->second;
  make = !known.index && ++known.lookups == kLookupsBeforeIndex;
  auto index = known.index;
  while (known_.size() > kMaxKnown) {
    bytes_ -= known_.back().bytes;
    by_name_.erase(known_.back().name);
    known_.pop_back();
  }
  return index;
}

void KeyIndexes::keep(const std::string& name, const std::shared_ptr<const KeyIndexFile>& index, std::uint64_t bytes) {
  std::lock_guard lock(mutex_);
  auto at = by_name_.find(name);
  if (at == by_name_.end() || at->second->index) return;
  at->second->index = index;
  at->second->bytes = bytes;
  bytes_ += bytes;
  for (auto last = known_.rbegin(); bytes_ > limits_.max_bytes && last != known_.rend(); ++last) {
    bytes_ -= std::exchange(last->bytes, 0);
    last->index.reset();
    last->lookups = 0;
  }
}

}  // namespace boathouse::core
