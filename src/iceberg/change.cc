// SPDX-License-Identifier: Apache-2.0
#include "iceberg/change.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/error.h"
#include "base/ids.h"
#include "base/numbers.h"
#include "iceberg/branch_schema.h"
#include "iceberg/json_read.h"
#include "iceberg/metadata_file.h"
#include "iceberg/snapshot_builder.h"
#include "store/location.h"

namespace boathouse::iceberg {
using base::Error;
using base::ErrorKind;

namespace {

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::invalid_argument, why); }

// The number before the first '-' of "00012-<uuid>.metadata.json", plus one; 0 for a table's first.
int next_version(const std::string& base_location) {
  std::string_view name = base_location;
  name.remove_prefix(std::min(name.size(), name.rfind('/') + 1));
  int version = -1;
  std::from_chars(name.data(), name.data() + name.size(), version);
  return version + 1;
}

class Preparation {
 public:
  Preparation(MetadataCache& cache, const MetadataPtr& base, const std::string& base_location, const Change& change)
      : cache_(cache), base_location_(base_location), change_(change), next_(*base) {}

  PreparedMetadata run() {
    try {
      return make();
    } catch (...) {
      for (const std::string& location : written_) cache_.forget(location);
      store::remove_all_quietly(cache_.store(), written_);
      throw;
    }
  }

 private:
  PreparedMetadata make() {
    // Time does not run backwards within a table, whatever the clocks of several nodes say.
    std::int64_t before = next_.last_updated_ms;
    now_ms_ = std::max(change_.at / base::kMillisecond, before);
    set_properties();
    set_schema();
    set_spec();
    for (const SnapshotChange& snapshot : change_.snapshots) add_snapshot(snapshot);
    for (const RefChange& ref : change_.refs) set_ref(ref);
    expire();
    settle_schemas(next_, main_schema_id_);
    if (!base_location_.empty()) next_.metadata_log.push_back({before, base_location_});
    trim_metadata_log();
    next_.last_updated_ms = now_ms_;
    return write();
  }

  void set_properties() {
    for (const std::string& key : change_.removed_properties) next_.properties.erase(key);
    for (const auto& [key, value] : change_.set_properties) next_.properties[key] = value;
  }

  void set_schema() {
    main_schema_id_ = change_.schema ? schema_known(next_, *change_.schema) : branch_schema(next_, kMainBranch).id();
  }

  void set_spec() {
    // Also without a new spec: a new schema may have lost a column that the spec reads.
    if (!change_.spec && !change_.schema) return;
    next_.default_spec_id = learn_spec(change_.spec.value_or(next_.spec()), next_.schema_by_id(main_schema_id_));
  }

  int learn_spec(const PartitionSpec& spec, const Schema& schema) {
    PartitionSpec known = spec_as_known(next_, spec, schema);
    auto has_id = [&](const PartitionSpec& other) { return other.id == known.id; };
    if (std::none_of(next_.specs.begin(), next_.specs.end(), has_id)) next_.specs.push_back(known);
    for (const PartitionField& field : known.fields) {
      next_.last_partition_id = std::max(next_.last_partition_id, field.field_id);
    }
    return known.id;
  }

  SnapshotPtr snapshot_named(SnapshotId id) const {
    SnapshotPtr found = next_.snapshot(id);
    if (found == nullptr) refuse(fmt::format("there is no version {}", id));
    return found;
  }

  void add_snapshot(const SnapshotChange& change) {
    if (change.id <= 0 || next_.snapshot(change.id) != nullptr) refuse("the new version's id is taken or not positive");
    auto ref = next_.refs.find(change.branch);
    if (ref != next_.refs.end() && ref->second.kind != SnapshotRef::Kind::branch) {
      refuse("'" + change.branch + "' is a tag, not a branch");
    }
    SnapshotPtr parent = next_.ref_snapshot(change.branch);
    if (parent == nullptr && change.branch_from) parent = snapshot_named(*change.branch_from);
    SnapshotPtr source = change.restore ? snapshot_named(*change.restore) : parent;

    const int schema_id = columns_for(change);
    if (change.spec) learn_spec(*change.spec, next_.schema_by_id(schema_id));
    SnapshotBuilder builder(cache_, next_, change, schema_id, written_);
    SnapshotPtr snapshot = builder.build(parent, source, now_ms_);
    next_.last_sequence_number = snapshot->sequence_number();
    next_.snapshots.push_back(snapshot);
    next_.refs[change.branch].snapshot_id = snapshot->id();
    if (change.branch == kMainBranch) make_current(snapshot->id());
  }

  // The schema that the new version is written with.
  int columns_for(const SnapshotChange& change) {
    const bool of_main = change.branch == kMainBranch;
    if (change.schema) {
      const int id = schema_known(next_, *change.schema);
      if (of_main) main_schema_id_ = id;
      return id;
    }
    if (of_main) return main_schema_id_;
    SnapshotPtr from = next_.ref_snapshot(change.branch);
    if (from == nullptr && change.branch_from) from = snapshot_named(*change.branch_from);
    return from == nullptr ? main_schema_id_ : from->schema_id().value_or(main_schema_id_);
  }

  void make_current(SnapshotId id) {
    if (next_.current_snapshot_id == id) return;
    next_.current_snapshot_id = id;
    next_.snapshot_log.push_back({now_ms_, id});
  }

  void set_ref(const RefChange& change) {
    bool is_main = change.name == kMainBranch;
    if (change.name.empty()) refuse("a branch or tag needs a name");
    if (!change.ref) {
      if (is_main) refuse("the branch 'main' cannot be removed");
      next_.refs.erase(change.name);
      return;
    }
    if (is_main && change.ref->kind != SnapshotRef::Kind::branch) refuse("'main' is a branch, never a tag");
    snapshot_named(change.ref->snapshot_id);
    next_.refs[change.name] = *change.ref;
    if (!is_main) return;
    make_current(change.ref->snapshot_id);
    main_schema_id_ = next_.current_snapshot()->schema_id().value_or(main_schema_id_);
    const Schema& columns = next_.schema_by_id(main_schema_id_);
    if (!has_sources(columns, next_.spec())) next_.default_spec_id = learn_spec({}, columns);
  }

  void expire() {
    if (change_.expired.empty()) return;
    std::unordered_set<SnapshotId> gone(change_.expired.begin(), change_.expired.end());
    for (const auto& [name, ref] : next_.refs) {
      if (gone.contains(ref.snapshot_id)) {
        throw Error(ErrorKind::conflict, "the version to forget is the head of '" + name + "'");
      }
    }
    std::erase_if(next_.snapshots, [&](const SnapshotPtr& snapshot) { return gone.contains(snapshot->id()); });
    forget_statistics(gone);
    // The log must not skip what was once current, so it begins anew after the last entry that went.
    std::vector<SnapshotLogEntry>& log = next_.snapshot_log;
    auto last =
        std::find_if(log.rbegin(), log.rend(), [&](const auto& entry) { return gone.contains(entry.snapshot_id); });
    log.erase(log.begin(), last.base());
  }

  // Statistics files of versions that went.
  void forget_statistics(const std::unordered_set<SnapshotId>& gone) {
    for (const char* key : {"statistics", "partition-statistics"}) {
      boost::json::value* list = next_.others.if_contains(key);
      if (list == nullptr || !list->is_array()) continue;
      boost::json::array kept;
      for (const boost::json::value& file : list->as_array()) {
        if (!gone.contains(need_int64(as_object(file, key), "snapshot-id"))) kept.push_back(file);
      }
      *list = std::move(kept);
    }
  }

  void trim_metadata_log() {
    std::size_t keep = kDefaultPreviousVersions;
    if (auto set = next_.properties.find(std::string(kPreviousVersionsMax)); set != next_.properties.end()) {
      if (auto wanted = base::parse_number<std::size_t>(set->second); wanted && *wanted > 0) keep = *wanted;
    }
    std::vector<MetadataLogEntry>& log = next_.metadata_log;
    if (log.size() > keep) log.erase(log.begin(), log.end() - static_cast<std::ptrdiff_t>(keep));
  }

  PreparedMetadata write() {
    MetadataFile file = encode_metadata(next_);
    next_.compressed = std::move(file.compressed);
    std::string name = fmt::format("metadata/{:05}-{}{}", next_version(base_location_), base::uuid_v4(), file.ending);
    std::string location = store::join(next_.location, name);
    cache_.store().put(location, file.bytes, store::Durability::later);
    written_.push_back(location);
    auto metadata = std::make_shared<const TableMetadata>(std::move(next_));
    cache_.remember(location, MetadataPtr(metadata));
    return {metadata, location, std::move(written_)};
  }

  MetadataCache& cache_;
  const std::string& base_location_;
  const Change& change_;
  TableMetadata next_;
  std::int64_t now_ms_ = 0;
  int main_schema_id_ = 0;
  std::vector<std::string> written_;
};

}  // namespace

PartitionSpec spec_as_known(const TableMetadata& base, const PartitionSpec& spec, const Schema& schema) {
  PartitionSpec known;
  int last_field = base.last_partition_id;
  for (const PartitionField& wanted : spec.fields) {
    const Field* column = schema.find(wanted.source_id);
    if (column == nullptr) refuse("the partition '" + wanted.name + "' reads a column that is not in the table");
    result_type(wanted.transform, column->type);
    known.fields.push_back(wanted);
    PartitionField& field = known.fields.back();
    field.field_id = 0;
    for (const PartitionSpec& other : base.specs) {
      for (const PartitionField& old : other.fields) {
        bool same = old.source_id == wanted.source_id && old.transform == wanted.transform && old.name == wanted.name;
        if (same) field.field_id = old.field_id;
      }
    }
    if (field.field_id == 0) field.field_id = ++last_field;
  }
  for (const PartitionSpec& other : base.specs) {
    known.id = std::max(known.id, other.id + 1);
  }
  for (const PartitionSpec& other : base.specs) {
    if (other.fields == known.fields) known.id = other.id;
  }
  return known;
}

std::vector<std::string> locations_made(const std::vector<Rewrite>& rewrites) {
  std::vector<std::string> locations;
  for (const Rewrite& rewrite : rewrites) {
    for (const DataFile& file : rewrite.made) locations.push_back(file.path);
  }
  return locations;
}

PreparedMetadata prepare(MetadataCache& cache, const MetadataPtr& base, const std::string& base_location,
                         const Change& change) {
  return Preparation(cache, base, base_location, change).run();
}

void discard(MetadataCache& cache, const PreparedMetadata& prepared) noexcept {
  for (const std::string& location : prepared.written) cache.forget(location);
  store::remove_all_quietly(cache.store(), prepared.written);
}

}  // namespace boathouse::iceberg
