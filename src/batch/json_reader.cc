// SPDX-License-Identifier: Apache-2.0
#include "batch/json_reader.h"

#include "base/encoding.h"

namespace boathouse::batch {

JsonObjectReader::JsonObjectReader(std::vector<std::string> keys)
    : keys_(std::move(keys)), object_of_(keys_.size(), 0) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    index_.emplace(keys_[i], i);
    folded_.emplace(base::fold_case(keys_[i]), i);
  }
}

std::size_t JsonObjectReader::find(std::string_view name_token) {
  std::string_view name;
  if (!json_string(name_token, buffer_, name)) return kUnknown;
  if (expected_ < keys_.size() && keys_[expected_] == name) return expected_++;
  std::size_t key = kUnknown;
  if (auto exact = index_.find(name); exact != index_.end()) {
    key = exact->second;
  } else if (auto folded = folded_.find(base::fold_case(name)); folded != folded_.end()) {
    key = folded->second;
  } else {
    return kUnknown;
  }
  expected_ = key + 1;
  return key;
}

bool JsonObjectReader::read(std::string_view text, std::size_t& pos, RecordBatch& batch, JsonFault& fault) {
  if (pos >= text.size() || text[pos] != '{') {
    fault = {pos, "an object is expected here"};
    return false;
  }
  ++objects_;
  std::size_t first_cell = batch.count * keys_.size();
  std::size_t first_unknown = batch.unknown.size();
  if (batch.cells.size() < first_cell + keys_.size()) batch.cells.resize(first_cell + keys_.size());
  auto clear_cells = [&] {
    std::fill_n(batch.cells.begin() + static_cast<std::ptrdiff_t>(first_cell), keys_.size(), Cell{});
  };
  clear_cells();
  expected_ = 0;
  std::string_view repeated;

  JsonMembers members(text, pos);
  std::string_view name_token;
  std::string_view value;
  while (members.next(name_token, value)) {
    std::size_t key = find(name_token);
    if (key == kUnknown) {
      batch.unknown.push_back({batch.count, name_token, value});
    } else {
      if (is_repeated(key) && repeated.empty()) repeated = name_token;
      batch.cells[first_cell + key] = value == "null" ? Cell{} : Cell{value, CellKind::json, false};
    }
  }
  if (members.fault().what != nullptr) {
    batch.unknown.resize(first_unknown);
    fault = members.fault();
    return false;
  }
  batch.records.push_back({.raw = text.substr(pos, members.position() - pos)});
  if (!repeated.empty()) {
    clear_cells();
    batch.unknown.resize(first_unknown);
    batch.records.back().fields_failed = true;
    batch.records.back().repeated_key = repeated;
  }
  ++batch.count;
  pos = members.position();
  return true;
}

}  // namespace boathouse::batch
