// SPDX-License-Identifier: Apache-2.0
#include "core/frame_shape.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/staged_spec.h"
#include "core/contract.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kHashBytes = 12;
// In place of a hash: the version's rows are those of no frame.
constexpr std::string_view kNoFrame = "none";

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::invalid_argument, "\"columns_keys\" " + message).with("field", "columns_keys");
}

json::object object_of(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [key, text] : texts) object[key] = text;
  return object;
}

std::map<std::string, std::string> texts_of(const json::value& value) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, text] : value.as_object()) texts.emplace(key, text.as_string());
  return texts;
}

std::set<std::string> names_of(const json::value& value) {
  std::set<std::string> names;
  for (const json::value& name : value.as_array()) names.emplace(name.as_string());
  return names;
}

// What the version's own summary names: kNoFrame, or a hash whose shape is there.
std::optional<std::string> named_hash(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& version) {
  // Most summaries need not be read for that.
  if (version.json().find(kSummaryFrame) == std::string::npos) return std::nullopt;
  std::map<std::string, std::string> summary = version.summary();
  auto hash = summary.find(std::string(kSummaryFrame));
  bool known = hash != summary.end() &&
               (hash->second == kNoFrame || metadata.properties.contains(std::string(kFrameProperty) + hash->second));
  return known ? std::optional(hash->second) : std::nullopt;
}

// The same of the nearest version before it where it names none. Every commit asks this, so a table that is no frame, or
// whose newest version tells, must not be asked about its whole past.
std::optional<std::string> shape_hash(const iceberg::TableMetadata& metadata, const iceberg::SnapshotPtr& version) {
  auto shape = metadata.properties.lower_bound(std::string(kFrameProperty));
  if (version == nullptr || shape == metadata.properties.end() || !shape->first.starts_with(kFrameProperty)) {
    return std::nullopt;
  }
  if (auto hash = named_hash(metadata, *version)) return hash;
  for (const iceberg::SnapshotPtr& before : iceberg::ancestors(metadata, version)) {
    if (auto hash = named_hash(metadata, *before)) return hash;
  }
  return std::nullopt;
}

}  // namespace

ColumnsKeys parse_columns_keys(const json::value& given) {
  ColumnsKeys keys;
  if (given.is_null()) return keys;
  if (!given.is_object()) refuse("is an object that maps a column to \"Date\" or \"ID\", or null");
  bool has_id = false;
  bool has_date = false;
  for (const auto& [column, kind] : given.as_object()) {
    bool date = kind == "Date";
    if (!date && kind != "ID") {
      refuse(fmt::format("gives column \"{}\" a key that is neither \"Date\" nor \"ID\"", std::string_view(column)));
    }
    if (std::exchange(date ? has_date : has_id, true)) {
      refuse(fmt::format("has more than one \"{}\": one column at most can be it", date ? "Date" : "ID"));
    }
    keys.push_back({std::string(column), date ? FrameKey::date : FrameKey::id});
  }
  return keys;
}

json::object to_json(const ColumnsKeys& keys) {
  json::object object;
  for (const FrameColumnKey& key : keys) object[key.column] = key.key == FrameKey::date ? "Date" : "ID";
  return object;
}

const std::string& FrameShape::name_of(const std::string& column) const {
  auto found = names.find(column);
  return found == names.end() ? column : found->second;
}

std::string FrameShape::to_json() const {
  json::object out{{"columns_keys", core::to_json(keys)}};
  if (!names.empty()) out["names"] = object_of(names);
  if (!json.empty()) out["json"] = json::array(json.begin(), json.end());
  if (!nested.empty()) out["nested"] = object_of(nested);
  if (!empty.empty()) out["empty"] = json::array(empty.begin(), empty.end());
  if (!dates.empty()) out["dates"] = object_of(dates);
  if (!footer.empty()) out["footer"] = object_of(footer);
  return json::serialize(out);
}

FrameShape FrameShape::parse(std::string_view text) {
  FrameShape shape;
  const json::value parsed = json::parse(text);
  for (const auto& [key, value] : parsed.as_object()) {
    if (key == "columns_keys") shape.keys = parse_columns_keys(value);
    if (key == "names") shape.names = texts_of(value);
    if (key == "json") shape.json = names_of(value);
    if (key == "nested") shape.nested = texts_of(value);
    if (key == "empty") shape.empty = names_of(value);
    if (key == "dates") shape.dates = texts_of(value);
    if (key == "footer") shape.footer = texts_of(value);
  }
  return shape;
}

std::string frame_hash(std::string_view shape_json) {
  return base::to_hex(base::sha256(shape_json).substr(0, kHashBytes));
}

FrameShape frame_shape(const iceberg::TableMetadata& metadata, const iceberg::SnapshotPtr& version) {
  auto hash = shape_hash(metadata, version);
  return hash && *hash != kNoFrame ? FrameShape::parse(metadata.properties.at(std::string(kFrameProperty) + *hash))
                                   : FrameShape{};
}

std::map<std::string, std::string> same_frame(const iceberg::TableMetadata& metadata,
                                              const iceberg::SnapshotPtr& version) {
  auto hash = shape_hash(metadata, version);
  if (!hash) return {};
  return {{std::string(kSummaryFrame), *hash}};
}

std::map<std::string, std::string> no_frame(const iceberg::TableMetadata& metadata,
                                            const iceberg::SnapshotPtr& version) {
  std::map<std::string, std::string> summary = same_frame(metadata, version);
  for (auto& [name, hash] : summary) hash = kNoFrame;
  return summary;
}

std::vector<std::string> unused_frame_properties(const iceberg::TableMetadata& metadata,
                                                 const std::vector<iceberg::SnapshotId>& expired) {
  std::set<std::string> unused;
  for (const auto& [name, text] : metadata.properties) {
    if (name.starts_with(kFrameProperty)) unused.insert(name);
  }
  if (unused.empty()) return {};
  const std::set<iceberg::SnapshotId> gone(expired.begin(), expired.end());
  for (const iceberg::SnapshotPtr& version : metadata.snapshots) {
    if (gone.contains(version->id())) continue;
    std::map<std::string, std::string> summary = version->summary();
    auto hash = summary.find(std::string(kSummaryFrame));
    if (hash != summary.end()) unused.erase(std::string(kFrameProperty) + hash->second);
  }
  return {unused.begin(), unused.end()};
}

std::string nested_sql(std::string_view text, std::string_view type) {
  return fmt::format("TRY_CAST(CAST({} AS JSON) AS {})", text, type);
}

void StoredNames::take(std::string_view stored) { taken_.insert(base::fold_case(stored)); }

std::string StoredNames::store(std::string_view name) {
  auto free = [&](const std::string& stored) {
    return !stored.empty() && !batch::is_reserved_column(stored) && !taken_.contains(base::fold_case(stored));
  };
  std::string stored(name);
  for (int i = 2; !free(stored); ++i) stored = fmt::format("{}__{}", name.empty() ? "unnamed" : name, i);
  take(stored);
  return stored;
}

}  // namespace boathouse::core
