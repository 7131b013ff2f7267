// SPDX-License-Identifier: Apache-2.0
#include "iceberg/manifest_avro.h"

#include <algorithm>

#include "iceberg/avro_fields.h"
#include "iceberg/avro_types.h"
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace {

// No field of an Avro record has this id.
constexpr int kUnreadable = -2;

void write_item(AvroEncoder& encoder, std::int64_t value) { encoder.varint(value); }
void write_item(AvroEncoder& encoder, const std::string& value) { encoder.bytes(value); }

// One of the maps from field id to figure, empty when no column has the figure: pyiceberg cannot list entries without one.
template <class T>
void write_stat_map(AvroEncoder& encoder, const std::vector<ColumnStats>& columns,
                    std::optional<T> ColumnStats::*stat) {
  auto count =
      std::count_if(columns.begin(), columns.end(), [&](const ColumnStats& c) { return (c.*stat).has_value(); });
  encoder.present(true);
  if (count == 0) return encoder.varint(0);
  encoder.varint(count);
  for (const ColumnStats& column : columns) {
    if (!(column.*stat)) continue;
    encoder.varint(column.field_id);
    write_item(encoder, *(column.*stat));
  }
  encoder.varint(0);
}

template <class T>
void write_list(AvroEncoder& encoder, const std::vector<T>& items) {
  encoder.present(!items.empty());
  if (items.empty()) return;
  encoder.varint(static_cast<std::int64_t>(items.size()));
  for (T item : items) encoder.varint(item);
  encoder.varint(0);
}

void write_data_file(AvroEncoder& encoder, const DataFile& file, const std::vector<Field>& partition) {
  encoder.varint(static_cast<int>(file.content));
  encoder.bytes(file.path);
  encoder.bytes(file.format);
  if (file.partition.size() != partition.size()) {
    throw base::Error(base::ErrorKind::invalid_argument, "a file's partition does not have its spec's fields");
  }
  for (std::size_t i = 0; i < partition.size(); ++i) write_avro_value(encoder, partition[i].type, file.partition[i]);
  encoder.varint(file.record_count);
  encoder.varint(file.file_size);
  write_stat_map(encoder, file.columns, &ColumnStats::size);
  write_stat_map(encoder, file.columns, &ColumnStats::values);
  write_stat_map(encoder, file.columns, &ColumnStats::nulls);
  write_stat_map(encoder, file.columns, &ColumnStats::nans);
  write_stat_map(encoder, file.columns, &ColumnStats::lower_bound);
  write_stat_map(encoder, file.columns, &ColumnStats::upper_bound);
  write_optional(encoder, file.key_metadata);
  write_list(encoder, file.split_offsets);
  write_list(encoder, file.equality_ids);
  write_optional(encoder, file.sort_order_id ? std::optional<std::int64_t>(*file.sort_order_id) : std::nullopt);
}

// Reads data_file records of one manifest.
class DataFileReader {
 public:
  explicit DataFileReader(const std::vector<Field>& partition) : partition_(partition) {}

  DataFile read(AvroDecoder& decoder, const AvroSchema& schema) {
    DataFile file;
    columns_.clear();
    file.partition.resize(partition_.size());
    bool there = decoder.read_record(schema, [&](const AvroField& field) { read_field(decoder, field, file); });
    if (!there || file.path.empty()) damaged("a manifest entry has no file");
    if (file.record_count < 0 || file.file_size < 0) damaged("a file has a negative size");
    for (auto& [id, stats] : columns_) file.columns.push_back(std::move(stats));
    return file;
  }

 private:
  void read_field(AvroDecoder& decoder, const AvroField& field, DataFile& file) {
    const AvroSchema& schema = *field.schema;
    switch (field.field_id.value_or(-1)) {
      case 134: file.content = content_of(decoder.read_integer(schema).value_or(0)); break;
      case 100: file.path = required(decoder.read_binary(schema), "path"); break;
      case 101: file.format = required(decoder.read_binary(schema), "format"); break;
      case 102: read_partition(decoder, schema, file); break;
      case 103: file.record_count = required(decoder.read_integer(schema), "record count"); break;
      case 104: file.file_size = required(decoder.read_integer(schema), "size"); break;
      case 108: read_numbers(decoder, schema, &ColumnStats::size); break;
      case 109: read_numbers(decoder, schema, &ColumnStats::values); break;
      case 110: read_numbers(decoder, schema, &ColumnStats::nulls); break;
      case 137: read_numbers(decoder, schema, &ColumnStats::nans); break;
      case 125: read_bounds(decoder, schema, &ColumnStats::lower_bound); break;
      case 128: read_bounds(decoder, schema, &ColumnStats::upper_bound); break;
      case 131: read_key_metadata(decoder, schema, file); break;
      case 132: read_integers(decoder, schema, [&](std::int64_t v) { file.split_offsets.push_back(v); }); break;
      case 135:
        read_integers(decoder, schema,
                      [&](std::int64_t v) { file.equality_ids.push_back(checked_int(v, "field id")); });
        break;
      case 140:
        if (auto id = decoder.read_integer(schema)) file.sort_order_id = checked_int(*id, "sort order");
        break;
      default: decoder.skip(schema);
    }
  }

  static FileContent content_of(std::int64_t value) {
    if (value < 0 || value > 2) damaged("a file is neither data nor deletes");
    return static_cast<FileContent>(value);
  }

  void read_partition(AvroDecoder& decoder, const AvroSchema& schema, DataFile& file) {
    decoder.read_record(schema, [&](const AvroField& field) {
      auto known = std::find_if(partition_.begin(), partition_.end(),
                                [&](const Field& each) { return each.id == field.field_id.value_or(-1); });
      if (known == partition_.end()) return decoder.skip(*field.schema);
      auto index = static_cast<std::size_t>(known - partition_.begin());
      file.partition[index] = read_avro_value(decoder, *field.schema, known->type);
    });
  }

  static void read_key_metadata(AvroDecoder& decoder, const AvroSchema& schema, DataFile& file) {
    if (auto bytes = decoder.read_binary(schema)) file.key_metadata = std::string(*bytes);
  }

  static void read_integers(AvroDecoder& decoder, const AvroSchema& schema,
                            const std::function<void(std::int64_t)>& each) {
    decoder.read_array(schema,
                       [&](const AvroSchema& item) { each(required(decoder.read_integer(item), "list item")); });
  }

  // One of the maps from column to figure: an array of records {key, value}.
  template <class T, class Read>
  void read_map(AvroDecoder& decoder, const AvroSchema& schema, std::optional<T> ColumnStats::*stat, Read read_value) {
    decoder.read_array(schema, [&](const AvroSchema& item) {
      std::optional<std::int64_t> key;
      std::optional<T> value;
      decoder.read_record(item, [&](const AvroField& field) {
        if (field.name == "key") {
          key = decoder.read_integer(*field.schema);
        } else if (field.name == "value") {
          value = read_value(*field.schema);
        } else {
          decoder.skip(*field.schema);
        }
      });
      int id = checked_int(required(key, "column id"), "column id");
      columns_[id].field_id = id;
      columns_[id].*stat = std::move(value);
    });
  }

  void read_numbers(AvroDecoder& decoder, const AvroSchema& schema, std::optional<std::int64_t> ColumnStats::*stat) {
    read_map(decoder, schema, stat, [&](const AvroSchema& value) { return decoder.read_integer(value); });
  }

  void read_bounds(AvroDecoder& decoder, const AvroSchema& schema, std::optional<std::string> ColumnStats::*stat) {
    read_map(decoder, schema, stat, [&](const AvroSchema& value) -> std::optional<std::string> {
      auto bytes = decoder.read_binary(value);
      return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
    });
  }

  const std::vector<Field>& partition_;
  std::map<int, ColumnStats> columns_;
};

ManifestEntry read_entry(AvroDecoder& decoder, const AvroSchema& schema, DataFileReader& files) {
  ManifestEntry entry;
  bool has_file = false;
  decoder.read_record(schema, [&](const AvroField& field) {
    switch (field.field_id.value_or(-1)) {
      case 0: {
        std::int64_t status = required(decoder.read_integer(*field.schema), "status");
        if (status < 0 || status > 2) damaged("a manifest entry has an unknown status");
        entry.status = static_cast<EntryStatus>(status);
        break;
      }
      case 1: entry.snapshot_id = decoder.read_integer(*field.schema); break;
      case 3: entry.sequence_number = decoder.read_integer(*field.schema); break;
      case 4: entry.file_sequence_number = decoder.read_integer(*field.schema); break;
      case 2:
        entry.file = files.read(decoder, *field.schema);
        has_file = true;
        break;
      default: decoder.skip(*field.schema);
    }
  });
  if (!has_file) damaged("a manifest entry has no file");
  return entry;
}

// The partition fields whose type is known. Values of the others (a transform that we do not know) are skipped and stay
// null; such specs are never written with.
std::vector<Field> readable_partition(const PartitionSpec& spec, const Schema& schema) {
  std::vector<Field> fields = partition_fields(spec, schema);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    bool known = spec.fields[i].transform.kind != Transform::Kind::unknown;
    if (!known || schema.find(spec.fields[i].source_id) == nullptr) fields[i].id = kUnreadable;
  }
  return fields;
}

// Numbers left open belong to the commit that added the manifest; only added entries may leave them open, and manifests
// from before sequence numbers (0) leave all open.
void inherit(ManifestEntry& entry, const ManifestFile& file) {
  if (!entry.snapshot_id) entry.snapshot_id = file.added_snapshot_id;
  bool open = entry.status == EntryStatus::added || file.sequence_number == 0;
  if (!entry.sequence_number && open) entry.sequence_number = file.sequence_number;
  if (!entry.file_sequence_number && open) entry.file_sequence_number = file.sequence_number;
  if (!entry.sequence_number) damaged("an existing manifest entry has no sequence number");
  // Writers before file sequence numbers leave it out; the data's own is the best that is known.
  if (!entry.file_sequence_number) entry.file_sequence_number = entry.sequence_number;
}

}  // namespace

std::string manifest_to_avro(const ManifestHeader& header, std::span<const ManifestEntry> entries, AvroCodec codec) {
  AvroFileWriter writer(manifest_avro_schema(header.partition),
                        {{"schema", header.schema.json()},
                         {"schema-id", std::to_string(header.schema.id())},
                         {"partition-spec", spec_fields_to_json(header.spec)},
                         {"partition-spec-id", std::to_string(header.spec.id)},
                         {"format-version", "2"},
                         {"content", header.content == FileContent::data ? "data" : "deletes"}},
                        codec);
  for (const ManifestEntry& entry : entries) {
    AvroEncoder& encoder = writer.encoder();
    encoder.varint(static_cast<int>(entry.status));
    write_optional(encoder, entry.snapshot_id);
    write_optional(encoder, entry.sequence_number);
    write_optional(encoder, entry.file_sequence_number);
    write_data_file(encoder, entry.file, header.partition);
    writer.end_record();
  }
  return writer.finish();
}

Manifest manifest_from_avro(std::string_view bytes, const ManifestFile& file) {
  AvroFile avro(bytes);
  Manifest manifest;
  manifest.content = file.content;
  manifest.spec_id = file.spec_id;
  Schema schema = schema_from_json(parse_json(avro.need_header("schema")));
  manifest.schema_id = schema.id();
  boost::json::object spec{{"spec-id", file.spec_id}, {"fields", parse_json(avro.need_header("partition-spec"))}};
  std::vector<Field> partition;
  try {
    partition = readable_partition(spec_from_json(spec), schema);
  } catch (const base::Error& error) {
    damaged(error.message());
  }
  DataFileReader files(partition);
  avro.for_each([&](AvroDecoder& decoder) {
    ManifestEntry entry = read_entry(decoder, avro.schema(), files);
    inherit(entry, file);
    entry.file.spec_id = file.spec_id;
    manifest.entries.push_back(std::move(entry));
  });
  return manifest;
}

}  // namespace boathouse::iceberg
