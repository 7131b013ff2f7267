// SPDX-License-Identifier: Apache-2.0
// The Avro object container (base/avro_writer.h), read: as small as manifests need it, and trusting nothing. Every length is
// held against what is left, and anything wrong is Error{internal}, code "damaged-metadata". Any thread; an object of these
// classes belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/avro_writer.h"
#include "iceberg/avro_schema.h"

namespace boathouse::iceberg {

// Reads Avro's binary form off a stretch of bytes.
class AvroDecoder {
 public:
  explicit AvroDecoder(std::string_view bytes) : left_(bytes) {}

  bool at_end() const { return left_.empty(); }
  std::size_t left() const { return left_.size(); }
  std::string_view take(std::size_t count);

  std::int64_t read_varint();
  std::string_view read_bytes();

  // The branch of a union that comes next; any other schema itself.
  const AvroSchema& choose(const AvroSchema& schema);
  void skip(const AvroSchema& schema, int depth = 0);

  // These resolve what the writer wrote into what is wanted: int or long; null of a union as nullopt.
  std::optional<std::int64_t> read_integer(const AvroSchema& schema);
  std::optional<bool> read_boolean(const AvroSchema& schema);
  std::optional<double> read_floating(const AvroSchema& schema);
  // bytes, string or fixed.
  std::optional<std::string_view> read_binary(const AvroSchema& schema);
  // Calls `item` with the schema of each item; false when the array was null.
  bool read_array(const AvroSchema& schema, const std::function<void(const AvroSchema&)>& item);
  // Calls `field` for each field of a record in the writer's order; it must read or skip it. False when it was null.
  bool read_record(const AvroSchema& schema, const std::function<void(const AvroField&)>& field);

 private:
  std::string_view left_;
};

class AvroFile {
 public:
  // `bytes` must outlive this.
  explicit AvroFile(std::string_view bytes);

  const std::map<std::string, std::string>& header() const { return header_; }
  // A header entry that must be there.
  const std::string& need_header(const std::string& key) const;
  const AvroSchema& schema() const { return *schema_; }

  // Calls `record` once for each record; it must read all of it.
  void for_each(const std::function<void(AvroDecoder&)>& record);

 private:
  std::string_view bytes_;  // the blocks
  std::map<std::string, std::string> header_;
  AvroSchemaPtr schema_;
  std::string_view sync_;
};

using base::AvroCodec;
using base::AvroEncoder;
using base::AvroFileWriter;

}  // namespace boathouse::iceberg
