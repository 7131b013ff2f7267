// SPDX-License-Identifier: Apache-2.0
// What a data frame is beyond the columns of its table: how its columns were called and how their values came, so that it
// can be given back as it was. One JSON text, kept as a table property `boathouse.frame.<hash>` that the summaries of all
// versions of this shape name by `boathouse.frame`. Values; pure; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/metadata.h"

namespace boathouse::core {

inline constexpr std::string_view kSummaryFrame = "boathouse.frame";
inline constexpr std::string_view kFrameProperty = "boathouse.frame.";

// What a column decides about where its rows lie: a folder for each day, or files by ranges of ids.
enum class FrameKey { date, id };
struct FrameColumnKey {
  std::string column;  // as it came
  FrameKey key = FrameKey::date;
  bool operator==(const FrameColumnKey&) const = default;
};
using ColumnsKeys = std::vector<FrameColumnKey>;

// {"day":"Date","n":"ID"}, or null for none. Error{invalid_argument} for any other kind and for more than one of each.
ColumnsKeys parse_columns_keys(const boost::json::value& given);
boost::json::object to_json(const ColumnsKeys& keys);

// Columns go by the names they are stored under, but for those of `keys`.
struct FrameShape {
  ColumnsKeys keys;
  std::map<std::string, std::string> names;  // of columns that came under another name
  std::set<std::string> json;                // columns that hold JSON text of values of several kinds
  std::map<std::string, std::string>
      nested;                   // of those, which came as lists, structs or maps, and the engine's type of these
  std::set<std::string> empty;  // columns without a value so far: their type is still to come
  std::map<std::string, std::string> dates;  // how days and times came (frame_dates.h)
  // The frame's own facts as the uploaded file carries them in its footer: `pandas`, `boathouse`. Opaque.
  std::map<std::string, std::string> footer;

  // As the column came.
  const std::string& name_of(const std::string& column) const;
  std::string to_json() const;
  static FrameShape parse(std::string_view json);
  bool operator==(const FrameShape&) const = default;
};

// The name of the property for this shape's text is kFrameProperty and this.
std::string frame_hash(std::string_view shape_json);

// The shape of a version: what the summary names, or that of the nearest version before it. An empty one where there is
// none.
FrameShape frame_shape(const iceberg::TableMetadata& metadata, const iceberg::SnapshotPtr& version);

// What a summary says so that a version has the shape of `version` also when that one has expired: kSummaryFrame and its
// hash, or nothing where `version` has no shape.
std::map<std::string, std::string> same_frame(const iceberg::TableMetadata& metadata,
                                              const iceberg::SnapshotPtr& version);

// What it says so that a version has none, where `version` before it has one: other rows took the frame's place.
std::map<std::string, std::string> no_frame(const iceberg::TableMetadata& metadata,
                                            const iceberg::SnapshotPtr& version);

// The properties of shapes that no version names: of those that stay when `expired` go.
std::vector<std::string> unused_frame_properties(const iceberg::TableMetadata& metadata,
                                                 const std::vector<iceberg::SnapshotId>& expired);

// A nested value out of its JSON text `text`, both SQL; NULL where it is none of the type.
std::string nested_sql(std::string_view text, std::string_view type);

// Columns of a frame may be called anything; those of a table differ in more than case and are not reserved. Gives each
// name the one that it is stored under: itself, or with `__2` and so on at its end.
class StoredNames {
 public:
  void take(std::string_view stored);
  std::string store(std::string_view name);

 private:
  std::set<std::string> taken_;  // in folded case
};

}  // namespace boathouse::core
