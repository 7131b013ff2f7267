// SPDX-License-Identifier: Apache-2.0
#include "core/backup_manifest.h"

#include <boost/json.hpp>

#include "base/avro_writer.h"
#include "base/encoding.h"
#include "base/error.h"
#include "core/contract.h"
#include "iceberg/json_read.h"
#include "iceberg/schema_json.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kFormat = "boathouse-backup";
constexpr std::int64_t kFormatVersion = 1;

// For people and their programs: what the columns are called in the two formats.
json::array columns_of(const iceberg::Schema& schema) {
  std::vector<std::string> names;
  for (const iceberg::Field& field : schema.fields()) names.push_back(field.name);
  const std::vector<std::string> avro = base::avro_names(names);
  json::array columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({{"name", names[i]}, {"avro_name", avro[i]}, {"type", schema.fields()[i].type.to_string()}});
  }
  return columns;
}

json::object file_json(const BackupFile& file) {
  return {{"path", file.name},
          {"format", file.is_parquet() ? "parquet" : "avro"},
          {"rows", file.rows},
          {"bytes", file.bytes},
          {"sha256", file.sha256}};
}

BackupFile read_file_entry(const json::value& value) {
  const json::object& object = iceberg::as_object(value, "file");
  BackupFile file{.name = iceberg::need_string(object, "path"),
                  .rows = iceberg::need_int64(object, "rows"),
                  .bytes = iceberg::need_int64(object, "bytes"),
                  .sha256 = iceberg::need_string(object, "sha256")};
  // A manifest names files of its own folder and nothing else.
  if (!file.name.starts_with("part-") || file.name.find('/') != std::string::npos) {
    iceberg::damaged("\"" + file.name + "\" is no file of a backup");
  }
  return file;
}

BackupManifest read(const json::object& object) {
  if (iceberg::need_string(object, "format") != kFormat ||
      iceberg::need_int64(object, "format_version") != kFormatVersion) {
    iceberg::damaged("its format is not known here");
  }
  BackupManifest manifest;
  manifest.id = BackupId(iceberg::need_string(object, "id"));
  manifest.workspace = iceberg::need_string(object, "workspace");
  manifest.table = iceberg::need_string(object, "table");
  manifest.table_id = base::TableId(iceberg::need_string(object, "table_id"));
  manifest.at = base::parse_rfc3339(iceberg::need_string(object, "at")).value_or(0);
  manifest.version = std::stoll(iceberg::find_string(object, "version").value_or("0"));
  manifest.rows = iceberg::need_int64(object, "rows");
  manifest.schema = iceberg::schema_from_json(iceberg::need(object, "schema"));
  for (const json::value& entry : iceberg::as_array(iceberg::need(object, "partition"), "partition")) {
    manifest.partition.push_back(iceberg::as_string(entry, "partition"));
  }
  if (const json::value* contract = iceberg::find(object, "contract")) {
    manifest.contract = json::serialize(to_json(parse_contract_json(*contract)));
  }
  manifest.settings = json::serialize(iceberg::need(object, "settings"));
  for (const json::value& file : iceberg::as_array(iceberg::need(object, "files"), "files")) {
    manifest.files.push_back(read_file_entry(file));
  }
  return manifest;
}

}  // namespace

std::int64_t BackupManifest::bytes() const {
  std::int64_t sum = 0;
  for (const BackupFile& file : files) sum += file.bytes;
  return sum;
}

std::string to_json_text(const BackupManifest& manifest) {
  json::array files;
  for (const BackupFile& file : manifest.files) files.push_back(file_json(file));
  json::object object{
      {"format", kFormat},
      {"format_version", kFormatVersion},
      {"id", manifest.id.value},
      {"workspace", manifest.workspace},
      {"table", manifest.table},
      {"table_id", manifest.table_id.value},
      {"at", base::to_rfc3339(manifest.at)},
      {"version", manifest.version == 0 ? json::value(nullptr) : json::value(std::to_string(manifest.version))},
      {"rows", manifest.rows},
      {"bytes", manifest.bytes()},
      {"columns", columns_of(manifest.schema)},
      {"schema", json::parse(manifest.schema.json())},
      {"partition", json::array(manifest.partition.begin(), manifest.partition.end())},
      {"contract", manifest.contract.empty() ? json::value(nullptr) : json::parse(manifest.contract)},
      {"settings", json::parse(manifest.settings)},
      {"files", std::move(files)}};
  return json::serialize(object) + "\n";
}

BackupManifest parse_manifest(std::string_view text) {
  try {
    return read(iceberg::as_object(iceberg::parse_json(text), "manifest.json"));
  } catch (const Error& error) {
    throw Error(ErrorKind::unprocessable, "the backup's manifest.json is damaged: " + error.message())
        .code("damaged-backup");
  } catch (const std::exception&) {
    throw Error(ErrorKind::unprocessable, "the backup's manifest.json is damaged: its version is no number")
        .code("damaged-backup");
  }
}

std::string checksums_text(const BackupManifest& manifest, std::string_view manifest_text) {
  std::string text;
  for (const BackupFile& file : manifest.files) text += file.sha256 + "  " + file.name + "\n";
  return text + base::to_hex(base::sha256(manifest_text)) + "  " + std::string(kManifestFile) + "\n";
}

void throw_damaged(const BackupId& id, const std::string& what) {
  throw Error(ErrorKind::unprocessable,
              fmt::format("backup {} is damaged and nothing was restored from it: {}. Restore another backup by its id",
                          id.value, what))
      .code("damaged-backup")
      .with("backup", id.value);
}

}  // namespace boathouse::core
