// SPDX-License-Identifier: Apache-2.0
// Reads the members of JSON objects that lie in memory into cells. One thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "batch/json_text.h"
#include "batch/record_reader.h"

namespace boathouse::batch {

class JsonObjectReader {
 public:
  // One cell for each key. A member belongs to the key that is its name, else to one that differs in ASCII case only, as
  // with columns of CSV and Parquet.
  explicit JsonObjectReader(std::vector<std::string> keys);

  // Appends the object that begins at text[pos] as a record and moves `pos` past it. False with the fault, and the
  // batch as it was, when there is no whole valid object. An object with one of the keys twice fails as a record.
  bool read(std::string_view text, std::size_t& pos, RecordBatch& batch, JsonFault& fault);

 private:
  static constexpr std::size_t kUnknown = ~std::size_t{0};

  std::size_t find(std::string_view name_token);
  // True when this object had the key before.
  bool is_repeated(std::size_t key) { return std::exchange(object_of_[key], objects_) == objects_; }

  std::vector<std::string> keys_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::unordered_map<std::string, std::size_t> folded_;  // by the key in lower case
  std::uint64_t objects_ = 0;                            // read so far
  std::vector<std::uint64_t> object_of_;                 // the last one that had the key
  std::size_t expected_ = 0;                             // objects tend to have their members in one order
  std::string buffer_;
};

}  // namespace boathouse::batch
