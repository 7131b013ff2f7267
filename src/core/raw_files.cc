// SPDX-License-Identifier: Apache-2.0
#include "core/raw_files.h"

#include <boost/json/parse.hpp>
#include <map>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"
#include "core/relation.h"
#include "core/table_refs.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using iceberg::DataFile;

// All files of a scan, each once: data files as the scan has them, then delete files by location. Always the same for
// the same version.
struct Listing {
  std::vector<const DataFile*> data;
  std::vector<const DataFile*> deletes;

  explicit Listing(const iceberg::Scan& scan) {
    std::map<std::string_view, const DataFile*> by_location;
    for (const iceberg::ScanFile& file : scan.files) {
      data.push_back(&file.data->file);
      for (const iceberg::EntryPtr& entry : file.deletes) by_location.emplace(entry->file.path, &entry->file);
    }
    for (const auto& [location, file] : by_location) deletes.push_back(file);
  }

  const DataFile* at(std::size_t place) const {
    if (place < data.size()) return data[place];
    place -= data.size();
    return place < deletes.size() ? deletes[place] : nullptr;
  }
};

// `urls` is what a file's url begins with, `place` that of the first one.
json::array files_json(const std::vector<const DataFile*>& files, const std::string& urls, std::size_t place) {
  json::array list;
  for (const DataFile* file : files) {
    list.push_back({{"path", file->path},
                    {"rows", file->record_count},
                    {"bytes", file->file_size},
                    {"url", urls + std::to_string(place++)}});
  }
  return list;
}

}  // namespace

json::object RawFiles::scan(const meta::WorkspaceRow& workspace, std::string_view table,
                            const std::optional<std::string>& version, const std::optional<std::string>& branch,
                            std::string_view url_prefix) const {
  if (version && branch) {
    throw Error(ErrorKind::invalid_argument, "give a version or a branch, not both").with("parameter", "branch");
  }
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  TableState state = require_state(parts_, workspace.id, table);
  if (branch) state = on_branch(std::move(state), *branch);
  iceberg::SnapshotPtr snapshot = version ? require_version(*state.metadata, *version) : state.head();
  const iceberg::Scan scan = iceberg::plan_scan(parts_.cache, state.metadata, snapshot);
  const iceberg::Schema& schema = version ? scan.schema : state.schema();
  json::object answer{{"version", nullptr}, {"schema", json::parse(schema.json())}};
  std::string urls;
  if (snapshot != nullptr) {
    const std::string id = std::to_string(snapshot->id());
    answer["version"] = id;
    urls = fmt::format("{}{}/", url_prefix, id);
  }
  const Listing files(scan);
  answer["files"] = files_json(files.data, urls, 0);
  answer["deletes"] = files_json(files.deletes, urls, files.data.size());
  return answer;
}

RawFile RawFiles::open(const meta::WorkspaceRow& workspace, std::string_view table, std::string_view version,
                       std::string_view place) const {
  auto number = base::parse_number<std::size_t>(place);
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  const TableState state = require_state(parts_, workspace.id, table);
  const iceberg::SnapshotPtr snapshot = require_version(*state.metadata, version);
  const iceberg::Scan scan = iceberg::plan_scan(parts_.cache, state.metadata, snapshot);
  const DataFile* file = number ? Listing(scan).at(*number) : nullptr;
  if (file == nullptr || !file->path.starts_with(state.row.location + '/')) {
    throw Error(ErrorKind::not_found, fmt::format("version {} has no file {}", version, place));
  }
  const std::string path = path_for_engine(parts_.store(), file->path);
  // A data file is written once, so that its name stands for its bytes.
  return {.file = base::open_for_read(path),
          .bytes = base::file_size(path),
          .etag = '"' + base::to_hex(base::sha256(file->path)) + '"'};
}

}  // namespace boathouse::core
