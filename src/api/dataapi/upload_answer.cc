// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/upload_answer.h"

#include <boost/json/serialize.hpp>
#include "api/dataapi/timed_response.h"

namespace boathouse::api::dataapi {
namespace {

namespace json = boost::json;

json::value text_or_empty(const json::value* value) { return value && !value->is_null() ? *value : json::value(""); }

// The row as it was sent, every column named, "" where it had nothing; what could not be told apart stays whole.
json::object failed_row(const core::RejectedRow& row, const std::vector<std::string>& columns) {
  json::object out;
  if (row.data.contains("_raw")) {
    for (const auto& field : row.data) out[field.key()] = text_or_empty(&field.value());
    return out;
  }
  for (const std::string& column : columns) out[column] = text_or_empty(row.data.if_contains(column));
  return out;
}

std::string result_text(const core::Outcome& outcome) {
  if (outcome.rows_rejected == 0) return "All the records have been uploaded";
  return fmt::format("Errors founded on records failed, successfully uploaded {} registers", outcome.rows_accepted);
}

}  // namespace

net::Response upload_answer(const std::string& file_name, const core::Outcome& outcome, base::Micros duration) {
  json::object body{{"file", file_name},
                    {"type", outcome.table},
                    {"columns", json::value_from(outcome.columns)},
                    {"rows", outcome.rows_received},
                    {"result", result_text(outcome)},
                    {"nrows_inserted", outcome.rows_accepted}};
  if (outcome.rows_rejected > 0) {
    json::array failed;
    for (const core::RejectedRow& row : outcome.rejected) failed.push_back(failed_row(row, outcome.columns));
    body["rows_failed"] = std::move(failed);
    body["nrows_failed"] = outcome.rows_rejected;
  }
  return timed_response(body, duration);
}

}  // namespace boathouse::api::dataapi
