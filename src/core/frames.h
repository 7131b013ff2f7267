// SPDX-License-Identifier: Apache-2.0
// Data frames: tables of a workspace whose keys are branches, read back as they came. Callers have decided the permission
// already. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/frame_shape.h"
#include "core/parts.h"
#include "core/query.h"

namespace boathouse::core {

// The key of the frame's `main` branch; every other key K is the branch `key-` and K percent-encoded.
inline constexpr std::string_view kDefaultFrameKey = "NOW";
// Error{invalid_argument} for a key that no branch can be named after.
std::string branch_of_key(std::string_view key);
// nullopt for a branch that is no key's.
std::optional<std::string> key_of_branch(std::string_view branch);

// What of a frame is asked for.
struct FrameRequested {
  std::string name;
  std::optional<std::string> key;      // nullopt: all keys, each row once per key, in order of upload
  bool last_upload = false;            // only the rows of the last upload of that key, or of any
  std::optional<std::string> version;  // then `key` only says which frame's keys may hold it
  std::optional<base::Micros> as_of;
  std::vector<std::string> columns;  // as they came; empty: all
  std::string where;                 // an SQL expression over the columns as they are stored
  std::optional<std::uint64_t> limit;
};

class Frames {
 public:
  // `queries` judges `where`. Both outlive this.
  Frames(const Parts& parts, const Queries& queries) : parts_(parts), queries_(queries) {}

  // [{name,total_rows,columns_keys,external_keys,version,updated_at}] of the frames whose names begin with `prefix`.
  boost::json::array list(const meta::WorkspaceRow& workspace, std::string_view prefix) const;

  // A JSON array of records. Error{not_found} for a frame, key or version that is not there.
  engine::QueryResult read_records(const meta::WorkspaceRow& workspace, const FrameRequested& wanted,
                                   engine::ResultConsumer& consumer, const std::stop_token& stop) const;

  // One Parquet file with the columns as they are stored and the frame's own facts in its footer.
  class ParquetRead;
  ParquetRead parquet(const meta::WorkspaceRow& workspace, const FrameRequested& wanted) const;

 private:
  const Parts& parts_;
  const Queries& queries_;
};

// What a Parquet answer will be, found before a row is read: the same tag, the same bytes.
class Frames::ParquetRead {
 public:
  const std::string& tag() const { return tag_; }
  void run(engine::ResultConsumer& consumer, const std::stop_token& stop) const;

 private:
  friend class Frames;
  explicit ParquetRead(const Parts& parts) : parts_(&parts) {}

  const Parts* parts_;
  meta::WorkspaceRow workspace_;
  FileUses::Use use_;
  engine::QueryCommand command_;
  std::string tag_;
};

}  // namespace boathouse::core
