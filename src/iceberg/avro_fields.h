// SPDX-License-Identifier: Apache-2.0
// What the codecs of manifests and manifest lists share: fields that may be absent, and must not be. Any thread.
#pragma once

#include <limits>

#include "iceberg/avro_file.h"
#include "iceberg/json_read.h"

namespace boathouse::iceberg {

inline void write_optional(AvroEncoder& encoder, const std::optional<std::int64_t>& value) {
  encoder.present(value.has_value());
  if (value) encoder.varint(*value);
}

inline void write_optional(AvroEncoder& encoder, const std::optional<std::string>& value) {
  encoder.present(value.has_value());
  if (value) encoder.bytes(*value);
}

template <class T>
T required(std::optional<T> value, const char* what) {
  if (!value) damaged(std::string("a manifest entry has no ") + what);
  return *value;
}

inline int checked_int(std::int64_t value, const char* what) {
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    damaged(std::string("out of range: ") + what);
  }
  return static_cast<int>(value);
}

}  // namespace boathouse::iceberg
