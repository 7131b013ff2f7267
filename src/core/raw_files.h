// SPDX-License-Identifier: Apache-2.0
// The raw files of a version, for readers that fetch them in parallel. A file is called by a version that has it and its
// place in that version's list, which never changes: nothing that a client says becomes a path. Callers have decided
// the permission already. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "core/parts.h"

namespace boathouse::core {

struct RawFile {
  base::UniqueFd file;  // stays whole as long as it is open, also when the version expires meanwhile
  std::uint64_t bytes = 0;
  std::string etag;  // strong, with quotes
};

class RawFiles {
 public:
  explicit RawFiles(const Parts& parts) : parts_(parts) {}

  // {version,schema,files:[{path,rows,bytes,url}],deletes:[..]}: the version's, or that of the branch's head (main unless
  // said). `schema` is Iceberg's JSON; `path` is what position deletes call the file; a url is `url_prefix` and then
  // "<version>/<place>". Error{not_found} for what is not there, Error{invalid_argument} when both are given.
  boost::json::object scan(const meta::WorkspaceRow& workspace, std::string_view table,
                           const std::optional<std::string>& version, const std::optional<std::string>& branch,
                           std::string_view url_prefix) const;

  // Error{not_found} when the table has no such version any more or the version no such file.
  RawFile open(const meta::WorkspaceRow& workspace, std::string_view table, std::string_view version,
               std::string_view place) const;

 private:
  const Parts& parts_;
};

}  // namespace boathouse::core
