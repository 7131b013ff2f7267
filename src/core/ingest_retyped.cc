// SPDX-License-Identifier: Apache-2.0
// The rows of a table written anew for columns that get another type.
#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/ingest_stages.h"
#include "core/partitioning.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;

class RetypedFiles {
 public:
  RetypedFiles(const Parts& parts, const StagedBody& body, const BatchPlan& plan)
      : parts_(parts),
        plan_(plan),
        base_(*plan.base),
        folder_(body.file.parent_path()),
        lease_(plan.frame ? ingest_lease(parts, plan.row.workspace) : background_lease(parts, plan.row.workspace)) {}

  std::vector<iceberg::Rewrite> run() {
    iceberg::Scan scan = iceberg::plan_scan(parts_.cache, base_.metadata, base_.head());
    if (plan_.frame) check_values(scan);
    std::vector<iceberg::Rewrite> made;
    try {
      for (const iceberg::ScanFile& file : scan.files) {
        made.push_back({.of = {file.data->file.path}, .made = {}});
        rewrite(file, made.back().made);
      }
    } catch (...) {
      store::remove_all_quietly(parts_.store(), iceberg::locations_made(made));
      throw;
    }
    return made;
  }

 private:
  const iceberg::Schema& before() const { return base_.schema(); }

  std::string rows_of(const iceberg::Scan& scan) const {
    return rows_sql(parts_.store(), scan,
                    {.schema = before(), .by = columns_by(*base_.metadata, before()), .in_order = true});
  }

  void check_values(const iceberg::Scan& scan) {
    for (const std::string& column : plan_.rewritten) {
      std::string x = quote_identifier(column);
      auto past = lease_.execute({fmt::format("SELECT {0} FROM ({1}) WHERE {0} NOT BETWEEN -{2} AND {2} LIMIT 1", x,
                                              rows_of(scan), batch::kExactInDouble)});
      if (past.front().rows.empty()) continue;
      throw base::Error(
          base::ErrorKind::invalid_argument,
          fmt::format("column \"{}\" gets fractions, and a whole number that it holds is past what a DOUBLE "
                      "holds exactly: send whole numbers, or replace the frame with keep_last",
                      plan_.frame->shape.name_of(column)))
          .with("column", plan_.frame->shape.name_of(column));
    }
  }

  void rewrite(const iceberg::ScanFile& file, std::vector<iceberg::DataFile>& made) {
    std::vector<std::string> values;
    Columns columns;
    for (const iceberg::Field& field : plan_.schema.fields()) {
      const iceberg::Field* old = before().find_any_case(field.name);
      if (old == nullptr) continue;
      values.push_back(fmt::format("CAST({0} AS {1}) AS {0}", quote_identifier(field.name), engine_type(field.type)));
      columns.push_back(field);
    }
    iceberg::Scan one{nullptr, before(), {file}};
    std::string select = fmt::format("SELECT {} FROM ({})", fmt::join(values, ", "), rows_of(one));
    auto results = lease_.execute({copy_statement(select, folder_ / (base::uuid_v4() + ".parquet"), columns)});
    for (const WrittenFile& written : files_from_copy(results.back(), columns)) {
      iceberg::DataFile next = written.file;
      const std::string& place = file.data->file.path;
      next.spec_id = file.data->file.spec_id;
      next.partition = file.data->file.partition;
      next.path = fmt::format("{}/{}.parquet", place.substr(0, place.rfind('/')), base::uuid_v4());
      parts_.store().adopt(written.path, next.path, store::Durability::later);
      made.push_back(std::move(next));
    }
  }

  const Parts& parts_;
  const BatchPlan& plan_;
  const TableState& base_;
  const std::filesystem::path folder_;
  engine::Lease lease_;
};

}  // namespace

std::vector<iceberg::Rewrite> rewrite_retyped(const Parts& parts, const StagedBody& body, const BatchPlan& plan) {
  return RetypedFiles(parts, body, plan).run();
}

}  // namespace boathouse::core
