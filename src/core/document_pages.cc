// SPDX-License-Identifier: Apache-2.0
#include "core/document_pages.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/document_columns.h"
#include "core/documents.h"
#include "core/quarantine_schema.h"
#include "core/relation.h"
#include "core/small_result.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_string;

// Of documents on one page; the last one may go past it.
constexpr std::size_t kMostBytes = std::size_t{8} << 20;

// Ids behind `after` and before `before`.
struct Between {
  std::string after;
  std::string before;
};

// Where a table, or its quarantine, has documents: (id, received_at, stage, document).
struct Source {
  const TableState& state;
  const iceberg::Schema& schema;
  std::string_view id;
  std::string columns;
};

std::string select_from(const Parts& parts, const Source& source, const Between& ids) {
  const int id = source.schema.find_any_case(std::string(source.id))->id;
  iceberg::Predicate predicate{
      {.field_id = id, .op = iceberg::Condition::Op::greater, .literals = {ids.after}},
      {.field_id = id, .op = iceberg::Condition::Op::less, .literals = {ids.before}},
  };
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, source.state.metadata, source.state.head(), predicate);
  if (scan.files.empty()) return {};
  RowsSql rows{.schema = source.schema, .by = columns_by(*source.state.metadata, source.schema)};
  return fmt::format("SELECT {} FROM ({}) WHERE {} > {} AND {} < {}", source.columns,
                     rows_sql(parts.store(), scan, rows), source.id, quote_string(ids.after), source.id,
                     quote_string(ids.before));
}

std::string select_page(std::string_view documents, const DocumentPageRequest& wanted) {
  std::string_view order = wanted.after ? "ASC" : "DESC";
  return fmt::format(
      "SELECT id, received_at, stage, document FROM (SELECT *, sum(strlen(document)) OVER (ORDER BY id {0} ROWS "
      "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM (SELECT * FROM ({1}) ORDER BY id {0} LIMIT {2})) "
      "WHERE coalesce(before, 0) < {3} ORDER BY id",
      order, documents, wanted.limit, kMostBytes);
}

PagedDocument read_document(std::string_view line) {
  auto text = [&](std::string_view name) { return batch::json_text_member(line, name).value_or(""); };
  return {.id = text("id"),
          .received_at = base::parse_rfc3339(text("received_at")).value_or(0),
          .quarantined = text("stage") == to_string(DocumentStage::quarantined),
          .document = text("document")};
}

std::vector<PagedDocument> read_documents(std::string_view lines) {
  std::vector<PagedDocument> documents;
  while (!lines.empty()) {
    std::size_t end = std::min(lines.find('\n'), lines.size());
    PagedDocument document = read_document(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    // A misfit that is corrected right now may be seen in both places.
    if (documents.empty() || documents.back().id != document.id) documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace

DocumentPage Documents::page(const meta::WorkspaceRow& workspace, std::string_view table,
                             const DocumentPageRequest& wanted) const {
  if (wanted.after && !base::is_uuid(*wanted.after)) {
    throw Error(ErrorKind::invalid_argument, "after: is no document's id");
  }
  const Between ids{.after = base::fold_case(wanted.after.value_or("")),
                    .before = base::first_uuid_v7(flight_.horizon())};
  parts_.settle(workspace.id, table);
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  // The quarantine first: a misfit that is corrected meanwhile is then seen twice rather than not at all.
  const TableState named = require_state(parts_, workspace.id, table);
  std::optional<TableState> quarantine;
  if (auto row = parts_.meta.catalog().find_quarantine(named.row.id)) quarantine = state_of(parts_, std::move(*row));
  const TableState state = require_state(parts_, workspace.id, table);
  DocumentPage page{.documents = {}, .after = wanted.after ? ids.after : ids.before};
  if (wanted.limit == 0 || !holds_documents(state.schema())) return page;
  std::string select =
      select_from(parts_,
                  {.state = state,
                   .schema = state.schema(),
                   .id = batch::kDocumentId,
                   .columns = "_id AS id, _received_at AS received_at, 'committed' AS stage, _document AS document"},
                  ids);
  if (quarantine) {
    std::string misfits =
        select_from(parts_,
                    {.state = *quarantine,
                     .schema = quarantine_schema(),
                     .id = "id",
                     .columns = "id, \"at\" AS received_at, 'quarantined' AS stage, data AS document"},
                    ids);
    if (!select.empty() && !misfits.empty()) select += " UNION ALL ";
    select += misfits;
  }
  if (select.empty()) return page;
  page.documents =
      read_documents(small_result(parts_, workspace.id, select_page(select, wanted), engine::ResultFormat::ndjson));
  for (PagedDocument& document : page.documents) {
    if (document.quarantined && base::is_uuid(document.id)) document.received_at = base::uuid_v7_time(document.id);
  }
  if (!page.documents.empty()) page.after = page.documents.back().id;
  return page;
}

}  // namespace boathouse::core
