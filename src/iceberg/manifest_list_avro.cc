// SPDX-License-Identifier: Apache-2.0
// Manifest lists: which manifests make up a version.
#include "iceberg/avro_fields.h"
#include "iceberg/avro_types.h"
#include "iceberg/manifest_avro.h"

namespace boathouse::iceberg {
namespace {

PartitionSummary read_summary(AvroDecoder& decoder, const AvroSchema& schema) {
  PartitionSummary summary;
  auto text = [&](const AvroField& field) -> std::optional<std::string> {
    auto bytes = decoder.read_binary(*field.schema);
    return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
  };
  decoder.read_record(schema, [&](const AvroField& field) {
    switch (field.field_id.value_or(-1)) {
      case 509: summary.contains_null = decoder.read_boolean(*field.schema).value_or(true); break;
      case 518: summary.contains_nan = decoder.read_boolean(*field.schema); break;
      case 510: summary.lower_bound = text(field); break;
      case 511: summary.upper_bound = text(field); break;
      default: decoder.skip(*field.schema);
    }
  });
  return summary;
}

ManifestFile read_manifest_file(AvroDecoder& decoder, const AvroSchema& schema) {
  ManifestFile file;
  decoder.read_record(schema, [&](const AvroField& field) {
    const AvroSchema& type = *field.schema;
    auto count = [&] { return checked_int(decoder.read_integer(type).value_or(0), "a count of files"); };
    auto number = [&] { return decoder.read_integer(type).value_or(0); };
    switch (field.field_id.value_or(-1)) {
      case 500: file.path = required(decoder.read_binary(type), "path"); break;
      case 501: file.length = number(); break;
      case 502: file.spec_id = count(); break;
      case 517: file.content = number() == 0 ? FileContent::data : FileContent::position_deletes; break;
      case 515: file.sequence_number = number(); break;
      case 516: file.min_sequence_number = number(); break;
      case 503: file.added_snapshot_id = number(); break;
      case 504: file.added_files = count(); break;
      case 505: file.existing_files = count(); break;
      case 506: file.deleted_files = count(); break;
      case 512: file.added_rows = number(); break;
      case 513: file.existing_rows = number(); break;
      case 514: file.deleted_rows = number(); break;
      case 507:
        decoder.read_array(type,
                           [&](const AvroSchema& item) { file.partitions.push_back(read_summary(decoder, item)); });
        break;
      case 519:
        if (auto bytes = decoder.read_binary(type)) file.key_metadata = std::string(*bytes);
        break;
      default: decoder.skip(type);
    }
  });
  if (file.path.empty()) damaged("a manifest list names a manifest without a path");
  return file;
}

void write_manifest_file(AvroEncoder& encoder, const ManifestFile& file) {
  encoder.bytes(file.path);
  for (std::int64_t number :
       {file.length, std::int64_t{file.spec_id}, std::int64_t{file.content == FileContent::data ? 0 : 1},
        file.sequence_number, file.min_sequence_number, file.added_snapshot_id, std::int64_t{file.added_files},
        std::int64_t{file.existing_files}, std::int64_t{file.deleted_files}, file.added_rows, file.existing_rows,
        file.deleted_rows}) {
    encoder.varint(number);
  }
  encoder.present(true);
  if (!file.partitions.empty()) {
    encoder.varint(static_cast<std::int64_t>(file.partitions.size()));
    for (const PartitionSummary& summary : file.partitions) {
      encoder.boolean(summary.contains_null);
      encoder.present(summary.contains_nan.has_value());
      if (summary.contains_nan) encoder.boolean(*summary.contains_nan);
      write_optional(encoder, summary.lower_bound);
      write_optional(encoder, summary.upper_bound);
    }
  }
  encoder.varint(0);
  write_optional(encoder, file.key_metadata);
}

}  // namespace

std::string manifest_list_to_avro(const ManifestListHeader& header, std::span<const ManifestFile> files,
                                  AvroCodec codec) {
  static const std::string kSchema = manifest_list_avro_schema();
  AvroFileWriter writer(kSchema,
                        {{"snapshot-id", std::to_string(header.snapshot_id)},
                         {"parent-snapshot-id", header.parent_id ? std::to_string(*header.parent_id) : "null"},
                         {"sequence-number", std::to_string(header.sequence_number)},
                         {"format-version", "2"}},
                        codec);
  for (const ManifestFile& file : files) {
    write_manifest_file(writer.encoder(), file);
    writer.end_record();
  }
  return writer.finish();
}

std::vector<ManifestFile> manifest_list_from_avro(std::string_view bytes) {
  AvroFile avro(bytes);
  std::vector<ManifestFile> files;
  avro.for_each([&](AvroDecoder& decoder) { files.push_back(read_manifest_file(decoder, avro.schema())); });
  return files;
}

}  // namespace boathouse::iceberg
