// SPDX-License-Identifier: Apache-2.0
// Which files may go is decided in this order, so that no commit or query can lose one:
//   1. the folder is listed;
//   2. a moment is taken, and after it the table's pointer is read: what was listed and what the pointer does not lead to
//      is unreferenced since that moment at the latest, unless it belongs to a commit in flight;
//   3. a file younger than the oldest use may belong to a commit in flight and is left alone;
//   4. a file goes once it has been unreferenced for the grace time. Since when is kept from run to run in an object of its
//      own in the folder, `metadata/unreferenced-<moment>.json`;
//   5. it goes only when every use that began before it was unreferenced has ended, and when the pointer, read once more,
//      still does not lead to it.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>
#include <unordered_map>

#include "base/error.h"
#include "core/upkeep.h"
#include "iceberg/retention.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// File systems keep times more coarsely than our clock does.
constexpr base::Micros kClockMargin = 2 * base::kSecond;
// Old metadata files are kept for the grace time, but of a table with many versions that commits often they would fill the
// disk: past so many bytes the oldest go earlier. The newest 20 always stay.
constexpr std::int64_t kMostMetadataBytes = 1LL << 30;
constexpr std::string_view kMarks = "/metadata/unreferenced-";
constexpr std::size_t kRemovalsAtOnce = 500;

bool is_marks(const std::string& folder, const std::string& location) {
  return location.starts_with(folder + std::string(kMarks));
}
bool is_metadata(const std::string& folder, const std::string& location) {
  return location.starts_with(folder + "/metadata/") && location.ends_with(".metadata.json");
}

using Since = std::unordered_map<std::string, base::Micros>;

class Removal {
 public:
  Removal(const Parts& parts, const base::WorkspaceId& workspace, const std::string& folder,
          const UpkeepOptions& options, Progress& progress, RemovalScope scope)
      : parts_(parts),
        workspace_(workspace),
        folder_(folder),
        options_(options),
        progress_(progress),
        scope_(scope),
        reachable_(parts.store()) {}

  RemovedFiles run() {
    listed_ = parts_.store().list(scope_ == RemovalScope::metadata ? folder_ + "/metadata" : folder_);
    if (listed_.empty()) return {};
    auto oldest = parts_.uses.oldest(workspace_);
    moment_ = parts_.uses.stamp();
    in_flight_from_ = oldest ? *oldest - kClockMargin : moment_ + kClockMargin;
    read_marks();
    follow_pointer();
    find_due();
    if (!due_.empty() && wait_for_uses()) {
      // A commit that was in flight may have taken one in.
      follow_pointer();
      remove_due();
    }
    for (const store::ObjectInfo& file : due_) waiting_.emplace(file.location, since_of(file));
    if (scope_ == RemovalScope::everything) write_marks();
    removed_.waiting = static_cast<std::int64_t>(waiting_.size()) + young_;
    return removed_;
  }

 private:
  // What the table needs as it is now; a table that is no more needs nothing.
  void follow_pointer() {
    auto row = parts_.meta.catalog().find_table(table_of_folder());
    if (!row || row->location != folder_ || row->metadata_location == followed_) return;
    iceberg::MetadataPtr metadata = parts_.cache.metadata(row->metadata_location);
    if (scope_ == RemovalScope::everything) reachable_.add(*metadata, [this] { progress_.check(); });
    metadata_files_.insert(row->metadata_location);
    for (const iceberg::MetadataLogEntry& entry : metadata->metadata_log) metadata_files_.insert(entry.metadata_file);
    followed_ = row->metadata_location;
  }

  // A folder's name ends in the table's id.
  base::TableId table_of_folder() const {
    constexpr std::size_t kUuid = 36;
    std::string id = folder_.size() < kUuid ? folder_ : folder_.substr(folder_.size() - kUuid);
    if (!base::is_uuid(id)) throw base::Error(base::ErrorKind::internal, "this is no table's folder");
    return base::TableId(id);
  }

  void read_marks() {
    for (const store::ObjectInfo& file : listed_) {
      if (!is_marks(folder_, file.location)) continue;
      old_marks_.push_back(file.location);
      // A crash may have cut it short: then the grace time begins anew.
      boost::system::error_code damaged;
      const json::value marks = json::parse(parts_.store().get(file.location), damaged);
      if (damaged || !marks.is_object()) continue;
      // The newest comes last and knows best.
      for (const auto& [name, since] : marks.as_object()) {
        if (since.is_int64()) since_[store::join(folder_, std::string_view(name))] = since.as_int64();
      }
    }
  }

  base::Micros since_of(const store::ObjectInfo& file) const {
    auto found = since_.find(file.location);
    // The clock may have been set back since.
    return found == since_.end() ? moment_ : std::min(found->second, moment_);
  }

  // Perhaps of a commit in flight; then a later run decides about it.
  bool is_young(const store::ObjectInfo& file) {
    const bool young = file.modified >= in_flight_from_;
    if (young) ++young_;
    return young;
  }

  void find_due() {
    find_old_metadata();
    if (scope_ == RemovalScope::metadata) return;
    for (const store::ObjectInfo& file : listed_) {
      bool special = is_marks(folder_, file.location) || is_metadata(folder_, file.location);
      if (special || reachable_.contains(file.location)) continue;
      if (is_young(file)) continue;
      if (since_of(file) <= moment_ - options_.file_grace) {
        due_.push_back(file);
      } else {
        waiting_.emplace(file.location, since_of(file));
      }
    }
  }

  // A metadata file's age is the time since it was written; the table's own log says which are its newest 20. Those of a
  // table that is no more are files like any other.
  void find_old_metadata() {
    std::vector<store::ObjectInfo> files;
    for (const store::ObjectInfo& file : listed_) {
      if (!is_metadata(folder_, file.location) || metadata_files_.contains(file.location)) continue;
      if (!is_young(file)) files.push_back(file);
    }
    if (followed_.empty()) {
      for (const store::ObjectInfo& file : files) {
        if (since_of(file) <= moment_ - options_.file_grace)
          due_.push_back(file);
        else
          waiting_.emplace(file.location, since_of(file));
      }
      return;
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.modified > b.modified; });
    std::int64_t kept = 0;
    for (const store::ObjectInfo& file : files) {
      kept += static_cast<std::int64_t>(file.size);
      bool young = file.modified > moment_ - options_.file_grace;
      if (!young || kept > kMostMetadataBytes) due_.push_back(file);
    }
  }

  // True when every use has ended that began before the last of the due files was unreferenced.
  bool wait_for_uses() {
    constexpr auto kStep = std::chrono::milliseconds(20);
    base::Micros last = 0;
    for (const store::ObjectInfo& file : due_) last = std::max(last, since_of(file));
    base::Micros until = base::steady_micros() + options_.wait_for_uses;
    while (true) {
      auto oldest = parts_.uses.oldest(workspace_);
      if (!oldest || *oldest > last) return true;
      if (base::steady_micros() >= until) return false;
      progress_.check();
      std::this_thread::sleep_for(kStep);
    }
  }

  void remove_due() {
    std::vector<store::ObjectInfo> due = std::move(due_);
    due_.clear();
    for (std::size_t begin = 0; begin < due.size(); begin += kRemovalsAtOnce) {
      progress_.check();
      auto removing = parts_.uses.removal();
      std::size_t end = std::min(due.size(), begin + kRemovalsAtOnce);
      for (std::size_t i = begin; i < end; ++i) {
        const store::ObjectInfo& file = due[i];
        if (reachable_.contains(file.location) || metadata_files_.contains(file.location)) continue;
        if (!removing.owns_lock()) {
          due_.push_back(file);
        } else if (parts_.store().remove(file.location)) {
          parts_.cache.forget(file.location);
          ++removed_.files;
          removed_.bytes += static_cast<std::int64_t>(file.size);
        }
      }
      progress_.advance(static_cast<std::int64_t>(end), static_cast<std::int64_t>(due.size()), "files");
    }
  }

  void write_marks() {
    if (waiting_ == since_ && old_marks_.size() < 2) return;
    if (!waiting_.empty()) {
      json::object marks;
      for (const auto& [location, since] : waiting_) marks[location.substr(folder_.size() + 1)] = since;
      std::string name = fmt::format("{}{}{:020}.json", folder_, kMarks, moment_);
      parts_.store().put(name, json::serialize(marks));
    }
    store::remove_all_quietly(parts_.store(), old_marks_);
  }

  const Parts& parts_;
  const base::WorkspaceId& workspace_;
  const std::string& folder_;
  const UpkeepOptions& options_;
  Progress& progress_;
  const RemovalScope scope_;

  std::vector<store::ObjectInfo> listed_;
  base::Micros moment_ = 0;
  base::Micros in_flight_from_ = 0;
  Since since_;                         // by location: unreferenced since then, as earlier runs saw it
  std::vector<std::string> old_marks_;  // the objects that say so
  iceberg::ReachableFiles reachable_;
  std::unordered_set<std::string> metadata_files_;  // the current one and those of its log
  std::string followed_;                            // the pointer that reachable_ is from; empty: no table
  std::vector<store::ObjectInfo> due_;
  Since waiting_;
  std::int64_t young_ = 0;  // files that were left alone
  RemovedFiles removed_;
};

}  // namespace

RemovedFiles remove_unreferenced(const Parts& parts, const base::WorkspaceId& workspace, const std::string& folder,
                                 const UpkeepOptions& options, Progress& progress, RemovalScope scope) {
  RemovedFiles removed = Removal(parts, workspace, folder, options, progress, scope).run();
  if (removed.files > 0) progress.log(fmt::format("{} files with {} bytes removed", removed.files, removed.bytes));
  return removed;
}

}  // namespace boathouse::core
