// SPDX-License-Identifier: Apache-2.0
// Which versions of a frame a request means.

#include "base/error.h"
#include "base/numbers.h"
#include "core/frame_select.h"
#include "core/versions.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using iceberg::SnapshotPtr;
using iceberg::SnapshotRef;

SnapshotPtr version_of(const TableState& table, const std::string& text) {
  auto id = base::parse_number<base::SnapshotId>(text);
  if (!id) {
    throw Error(ErrorKind::invalid_argument, "\"version\" is the text of a number, as uploads and lists give it")
        .with("field", "version");
  }
  SnapshotPtr found = table.metadata->snapshot(*id);
  if (found) return found;
  throw Error(ErrorKind::not_found,
              fmt::format("the frame \"{}\" has no version {}: it never had, or it has expired", table.row.name, *id));
}

SnapshotPtr at_time(const TableState& table, base::Micros at) {
  if (table.branch == iceberg::kMainBranch) return iceberg::snapshot_at(*table.metadata, at);
  for (const SnapshotPtr& version : iceberg::ancestors(*table.metadata, table.head())) {
    if (version->timestamp_ms() <= at / base::kMillisecond) return version;
  }
  return nullptr;
}

// The branches of the keys that are asked for.
std::vector<std::string> branches_of(const TableState& table, const std::optional<std::string>& key) {
  std::vector<std::string> branches;
  for (const auto& [name, ref] : table.metadata->refs) {
    if (ref.kind != SnapshotRef::Kind::branch || !key_of_branch(name)) continue;
    if (key && name != branch_of_key(*key)) continue;
    if (!is_placeholder(table.metadata->snapshot(ref.snapshot_id))) branches.push_back(name);
  }
  if (branches.empty() && key) {
    throw Error(ErrorKind::not_found, fmt::format("the frame \"{}\" has no external_key \"{}\"", table.row.name, *key));
  }
  return branches;
}

// The version that the branch's last upload made.
SnapshotPtr last_upload(const TableState& table, const std::string& branch) {
  SnapshotPtr tagged = table.metadata->ref_snapshot(last_upload_tag(branch));
  return tagged ? tagged : table.metadata->ref_snapshot(branch);
}

class FrameVersions {
 public:
  FrameVersions(const Parts& parts, const TableState& table, const FrameRequested& wanted)
      : parts_(parts), table_(table), wanted_(wanted) {}

  std::vector<FrameVersion> find() const {
    refuse_two_times();
    if (wanted_.version) {
      SnapshotPtr version = version_of(table_, *wanted_.version);
      return {read(version, nullptr, wanted_.last_upload ? version : nullptr)};
    }
    std::vector<FrameVersion> versions;
    for (const std::string& branch : wanted_branches()) {
      TableState state = on_branch(table_, branch);
      SnapshotPtr version = wanted_.as_of ? at_time(state, *wanted_.as_of) : state.head();
      if (!version && wanted_.as_of) continue;
      SnapshotPtr upload = wanted_.last_upload ? last_upload(table_, branch) : nullptr;
      versions.push_back(read(version, wanted_.as_of ? nullptr : &state.schema(), upload));
    }
    if (!versions.empty()) return versions;
    if (wanted_.as_of) {
      throw Error(ErrorKind::not_found, fmt::format("the frame \"{}\" has no version at {}", table_.row.name,
                                                    base::to_rfc3339(*wanted_.as_of)));
    }
    throw Error(ErrorKind::not_found, fmt::format("the frame \"{}\" has no version yet", table_.row.name));
  }

 private:
  void refuse_two_times() const {
    if (!wanted_.as_of) return;
    if (wanted_.version) {
      throw Error(ErrorKind::invalid_argument, "give \"version\" or \"as_of\", not both").with("field", "as_of");
    }
    if (wanted_.last_upload) {
      throw Error(
          ErrorKind::invalid_argument,
          "\"use_last\" gives the rows of the newest upload, so it goes without \"as_of\": give the \"version\" "
          "that an upload made for the rows of that one")
          .with("field", "use_last");
    }
  }

  std::vector<std::string> wanted_branches() const {
    std::vector<std::string> branches = branches_of(table_, wanted_.key);
    if (!wanted_.last_upload || branches.size() < 2) return branches;
    auto upload_at = [&](const std::string& branch) {
      SnapshotPtr upload = last_upload(table_, branch);
      return upload ? upload->sequence_number() : 0;
    };
    return {*std::max_element(branches.begin(), branches.end(),
                              [&](const std::string& a, const std::string& b) { return upload_at(a) < upload_at(b); })};
  }

  // `columns`: the branch's; nullptr: the version's own. With `upload` only the files that it brought.
  FrameVersion read(const SnapshotPtr& version, const iceberg::Schema* columns, const SnapshotPtr& upload) const {
    iceberg::Scan scan = iceberg::plan_scan(parts_.cache, table_.metadata, version);
    FrameVersion frame{.snapshot = version,
                       .schema = columns != nullptr ? *columns : scan.schema,
                       .shape = frame_shape(*table_.metadata, version),
                       .files = std::move(scan.files)};
    if (upload) {
      std::erase_if(frame.files, [&](const iceberg::ScanFile& file) { return file.data->snapshot_id != upload->id(); });
    }
    return frame;
  }

  const Parts& parts_;
  const TableState& table_;
  const FrameRequested& wanted_;
};

}  // namespace

std::vector<FrameVersion> frame_versions(const Parts& parts, const TableState& table, const FrameRequested& wanted) {
  return FrameVersions(parts, table, wanted).find();
}

}  // namespace boathouse::core
