// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/row_objects.h"

#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/names.h"

namespace boathouse::api::dataapi {

void RowObjects::on_columns(const std::vector<engine::Column>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const engine::Column& column : columns) names.push_back(base::fold_case(column.name));
  names = base::unique_names(names);
  keys_.reserve(names.size());
  for (const std::string& name : names) {
    keys_.push_back(boost::json::serialize(boost::json::string(name)) + ":");
  }
  output_("[");
}

void RowObjects::on_bytes(std::string_view bytes) {
  out_.clear();
  for (char c : bytes) take(c);
  output_(out_);
}

void RowObjects::take(char c) {
  if (in_string_) {
    out_ += c;
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
    return;
  }
  bool opens = c == '[' || c == '{';
  bool closes = c == ']' || c == '}';
  if (opens && ++depth_ == 1) {
    column_ = 0;
    out_ += '{' + keys_[0];
    return;
  }
  if (closes && --depth_ == 0) {
    out_ += '}';
    return;
  }
  out_ += c;
  if (c == '"') in_string_ = true;
  if (c == ',' && depth_ == 1) out_ += keys_[++column_];
}

void RowObjects::finish() { output_("]"); }

}  // namespace boathouse::api::dataapi
