// SPDX-License-Identifier: Apache-2.0
#include "core/frame_files.h"

#include "base/ids.h"
#include "base/names.h"
#include "core/partitioning.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;

// A folder's name has two of them, and at most 255 bytes.
constexpr std::size_t kLongestId = 110;

// Rows of one partition whose numbers lie next to each other.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t last = 0;
  iceberg::PartitionTuple partition{};
  bool has_ids = false;
};

class FrameFiles {
 public:
  FrameFiles(const Limits& limits, engine::Lease& lease, const FrameRows& wanted, const std::filesystem::path& folder)
      : limits_(limits), lease_(lease), wanted_(wanted), folder_(folder) {
    if (wanted.id) id_ = quote_identifier(*wanted.id);
  }

  std::vector<WrittenFile> write() {
    order_rows();
    std::vector<Stretch> files;
    for (const Stretch& part : parts()) {
      for (std::int64_t first = part.first; first <= part.last;) {
        Stretch file = part;
        file.first = first;
        file.last = end_of_file(first, part);
        first = file.last + 1;
        files.push_back(std::move(file));
        check_partitions(limits_, files.size());
      }
    }
    return copy(files);
  }

 private:
  const iceberg::PartitionSpec& spec() const { return wanted_.rows.spec; }

  // The table `ordered`: the columns, the partition's values _p0.., and the row's number there, _rn.
  void order_rows() {
    std::vector<std::string> values = partition_values(spec(), wanted_.rows.schema);
    std::vector<std::string> order;
    std::string more;
    for (std::size_t i = 0; i < values.size(); ++i) {
      more += fmt::format(", {} AS _p{}", values[i], i);
      order.push_back(fmt::format("_p{}", i));
    }
    if (!id_.empty()) order.push_back(id_ + " NULLS LAST");
    order.push_back("_row");
    lease_.execute(
        {fmt::format("CREATE OR REPLACE TEMP TABLE ordered AS SELECT *, row_number() OVER (ORDER BY {}) AS _rn "
                     "FROM (SELECT *{} FROM ({})) ORDER BY _rn",
                     fmt::join(order, ", "), more, wanted_.rows.rows)});
  }

  std::vector<Stretch> parts() {
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < spec().fields.size(); ++i) groups.push_back(fmt::format("_p{}", i));
    std::string texts;
    for (const std::string& text : partition_texts(spec(), wanted_.rows.schema)) texts += text + ", ";
    groups.push_back(id_.empty() ? "true" : id_ + " IS NOT NULL");
    auto listed =
        lease_.execute({fmt::format("SELECT {}min(_rn), max(_rn), {} FROM ordered GROUP BY {} ORDER BY min(_rn)", texts,
                                    groups.back(), fmt::join(groups, ", "))});
    const engine::Rows& rows = listed.front();
    std::vector<iceberg::PartitionTuple> tuples = partitions_from(rows, spec(), wanted_.rows.schema);
    std::vector<Stretch> parts;
    const std::size_t at = spec().fields.size();
    for (std::size_t i = 0; i < tuples.size(); ++i) {
      const boost::json::array& row = rows.rows[i].as_array();
      parts.push_back({.first = row.at(at).to_number<std::int64_t>(),
                       .last = row.at(at + 1).to_number<std::int64_t>(),
                       .partition = std::move(tuples[i]),
                       .has_ids = !id_.empty() && row.at(at + 2).as_bool()});
    }
    return parts;
  }

  // A file ends where the next id begins, so that ranges do not overlap; only an id with more rows than a file may have
  // goes over several, which hold nothing else.
  std::int64_t end_of_file(std::int64_t first, const Stretch& part) {
    const std::int64_t most = first + wanted_.most_rows - 1;
    if (most >= part.last || !part.has_ids) return std::min(most, part.last);
    auto [begins, begins_to] = rows_of_same_id(first, part);
    if (begins < first) return std::min(most, begins_to);
    auto [from, to] = rows_of_same_id(most, part);
    if (to == most || from == first) return most;
    return from - 1;
  }

  std::pair<std::int64_t, std::int64_t> rows_of_same_id(std::int64_t row, const Stretch& part) {
    auto found = lease_.execute({fmt::format(
        "SELECT min(_rn), max(_rn) FROM ordered WHERE _rn BETWEEN {1} AND {2} AND {0} = (SELECT {0} FROM ordered WHERE "
        "_rn = {3})",
        id_, part.first, part.last, row)});
    const boost::json::value& ends = found.front().rows.at(0);
    return {ends.at(0).to_number<std::int64_t>(), ends.at(1).to_number<std::int64_t>()};
  }

  std::vector<WrittenFile> copy(const std::vector<Stretch>& files) {
    std::filesystem::create_directories(folder_);
    std::vector<std::string> names;
    for (const iceberg::Field& field : wanted_.rows.columns) names.push_back(quote_identifier(field.name));
    std::vector<WrittenFile> written;
    for (const Stretch& file : files) {
      std::string select = fmt::format("SELECT {} FROM ordered WHERE _rn BETWEEN {} AND {} ORDER BY _rn",
                                       fmt::join(names, ", "), file.first, file.last);
      auto results = lease_.execute({copy_statement(select, folder_ / (base::uuid_v4() + ".parquet"),
                                                    wanted_.rows.columns, {.rows = file.last - file.first + 1})});
      for (WrittenFile& one : files_from_copy(results.back(), wanted_.rows.columns)) {
        one.file.partition = file.partition;
        if (!id_.empty()) one.folder = id_folder(file);
        written.push_back(std::move(one));
      }
    }
    return written;
  }

  // "<column>/from_<least>_to_<greatest>/"
  std::string id_folder(const Stretch& file) {
    std::string range = "null";
    if (file.has_ids) {
      auto ends = lease_.execute({fmt::format(
          "SELECT CAST({} AS VARCHAR) FROM ordered WHERE _rn IN ({}, {}) ORDER BY _rn", id_, file.first, file.last)});
      const boost::json::array& ids = ends.front().rows;
      auto end = [](const boost::json::value& row) {
        return store::path_segment(std::string_view(row.at(0).as_string()), kLongestId);
      };
      range = fmt::format("from_{}_to_{}", end(ids.front()), end(ids.back()));
    }
    return store::path_segment(*wanted_.id) + '/' + range + '/';
  }

  const Limits& limits_;
  engine::Lease& lease_;
  const FrameRows& wanted_;
  const std::filesystem::path& folder_;
  std::string id_;  // quoted
};

}  // namespace

std::vector<WrittenFile> write_frame_files(const Limits& limits, engine::Lease& lease, const FrameRows& wanted,
                                           const std::filesystem::path& folder) {
  return FrameFiles(limits, lease, wanted, folder).write();
}

}  // namespace boathouse::core
