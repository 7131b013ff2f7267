// SPDX-License-Identifier: Apache-2.0
#include "core/table_moment.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// Of a table's metadata: with the sequence number of the version before which the table was so.
constexpr std::string_view kProperty = "boathouse.before.";

// In digits that sort like the numbers.
std::string property_of(std::int64_t sequence) { return fmt::format("{}{:019}", kProperty, sequence); }

std::string hash_of(const std::string& contract) { return base::to_hex(base::sha256(contract)); }

iceberg::MetadataPtr at_version(const iceberg::TableMetadata& now, const TableMoment& moment) {
  iceberg::TableMetadata then = now;
  then.current_schema_id = moment.schema;
  then.default_spec_id = moment.spec;
  const std::string main(iceberg::kMainBranch);
  if (moment.version == 0) {
    then.current_snapshot_id.reset();
    then.refs.erase(main);
  } else {
    then.current_snapshot_id = moment.version;
    then.refs[main].snapshot_id = moment.version;
  }
  return std::make_shared<const iceberg::TableMetadata>(std::move(then));
}

}  // namespace

TableMoment moment_of(const TableState& now) {
  TableMoment moment{.table = now.row.id,
                     .version = now.metadata->current_snapshot_id.value_or(0),
                     .schema = now.metadata->current_schema_id,
                     .spec = now.metadata->default_spec_id,
                     .contract = now.row.contract,
                     .contract_hash = hash_of(now.row.contract)};
  return moment;
}

TableMoment carried(TableMoment moment) {
  if (moment.contract && moment.contract->size() > kMaxCarriedContract) moment.contract.reset();
  return moment;
}

json::object to_json(const TableMoment& moment) {
  json::object out{{"table", moment.table.value},
                   {"version", moment.version},
                   {"schema", moment.schema},
                   {"spec", moment.spec},
                   {"contract_hash", moment.contract_hash}};
  if (moment.contract) out["contract"] = *moment.contract;
  return out;
}

TableMoment parse_moment(const json::object& object) {
  TableMoment moment{.table = base::TableId(json::value_to<std::string>(object.at("table"))),
                     .version = object.at("version").to_number<base::SnapshotId>(),
                     .schema = object.at("schema").to_number<int>(),
                     .spec = object.at("spec").to_number<int>(),
                     .contract = std::nullopt,
                     .contract_hash = json::value_to<std::string>(object.at("contract_hash"))};
  if (const json::value* contract = object.if_contains("contract")) {
    moment.contract = json::value_to<std::string>(*contract);
  }
  return moment;
}

TableState at_moment(TableState now, const TableMoment& moment) {
  if (now.row.id != moment.table) throw_no_table(now.row.name);
  if (moment.version != 0 && now.metadata->snapshot(moment.version) == nullptr) {
    throw Error(
        ErrorKind::unprocessable,
        fmt::format("version {} of the table, which this was asked for, has expired meanwhile", moment.version));
  }
  if (!moment.contract && moment.contract_hash != hash_of(now.row.contract)) {
    throw Error(ErrorKind::unprocessable, "the table's contract has changed since this was asked for: ask again");
  }
  if (moment.contract) {
    now.row.contract = *moment.contract;
    now.contract = contract_of(now.row);
  }
  now.metadata = at_version(*now.metadata, moment);
  now.row.figures = figures_of(*now.metadata);
  return now;
}

void remember_before(iceberg::Change& change, const TableState& before) {
  change.set_properties.emplace(property_of(before.metadata->last_sequence_number + 1),
                                json::serialize(to_json(moment_of(before))));
}

std::optional<TableMoment> remembered_after(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& version) {
  auto first = metadata.properties.lower_bound(property_of(version.sequence_number() + 1));
  if (first == metadata.properties.end() || !first->first.starts_with(kProperty)) return std::nullopt;
  return parse_moment(json::parse(first->second).as_object());
}

std::vector<std::string> unused_moments(const iceberg::TableMetadata& metadata,
                                        const std::vector<iceberg::SnapshotId>& expired) {
  const std::set<iceberg::SnapshotId> gone(expired.begin(), expired.end());
  std::int64_t oldest = metadata.last_sequence_number;
  for (const iceberg::SnapshotPtr& version : metadata.snapshots) {
    if (!gone.contains(version->id())) oldest = std::min(oldest, version->sequence_number());
  }
  std::vector<std::string> unused;
  const auto end = metadata.properties.lower_bound(property_of(oldest + 1));
  for (auto at = metadata.properties.lower_bound(std::string(kProperty)); at != end; ++at) unused.push_back(at->first);
  return unused;
}

}  // namespace boathouse::core
