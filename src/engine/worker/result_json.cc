// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/result_json.h"

#include <cmath>

namespace boathouse::engine {
namespace {

void append_items(std::string& out, const VectorView& child, idx_t first, idx_t count, JsonStyle style) {
  out += '[';
  for (idx_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append_json(out, child, first + i, style);
  }
  out += ']';
}

void append_struct(std::string& out, const VectorView& vector, idx_t row, JsonStyle style) {
  // A STRUCT without names, as row() makes one, is a list.
  const bool named = !vector.type->words.empty() && !vector.type->words[0].empty();
  out += named ? '{' : '[';
  for (std::size_t i = 0; i < vector.children.size(); ++i) {
    if (i > 0) out += ',';
    if (named) {
      append_json_string(out, vector.type->words[i]);
      out += ':';
    }
    append_json(out, vector.children[i], row, style);
  }
  out += named ? '}' : ']';
}

void append_map(std::string& out, const VectorView& vector, idx_t row, JsonStyle style) {
  const auto entry = vector.at<duckdb_list_entry>(row);
  const VectorView& keys = vector.children[0].children[0];
  const VectorView& values = vector.children[0].children[1];
  out += '{';
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    if (i > entry.offset) out += ',';
    // A key is text in JSON whatever it is here: that of a nested one is its own JSON.
    std::string key;
    if (keys.children.empty()) {
      append_scalar(key, keys, i);
    } else {
      append_json(key, keys, i, style);
    }
    append_json_string(out, key);
    out += ':';
    append_json(out, values, i, style);
  }
  out += '}';
}

bool is_no_finite_number(const VectorView& vector, idx_t row) {
  if (vector.type->id == DUCKDB_TYPE_FLOAT) return !std::isfinite(vector.at<float>(row));
  return vector.type->id == DUCKDB_TYPE_DOUBLE && !std::isfinite(vector.at<double>(row));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, clean);
  out += '"';
}

void append_json(std::string& out, const VectorView& vector, idx_t row, JsonStyle style) {
  if (vector.is_null(row)) {
    out += "null";
    return;
  }
  switch (vector.type->id) {
    case DUCKDB_TYPE_VARCHAR:
      if (style == JsonStyle::records && vector.type->sql == "JSON") {
        out += vector.text(row);
      } else {
        append_json_string(out, vector.text(row));
      }
      return;
    case DUCKDB_TYPE_ENUM: {
      std::string word;
      append_scalar(word, vector, row);
      append_json_string(out, word);
      return;
    }
    case DUCKDB_TYPE_LIST: {
      const auto entry = vector.at<duckdb_list_entry>(row);
      append_items(out, vector.children[0], entry.offset, entry.length, style);
      return;
    }
    case DUCKDB_TYPE_ARRAY:
      append_items(out, vector.children[0], row * vector.type->array_size, vector.type->array_size, style);
      return;
    case DUCKDB_TYPE_STRUCT: append_struct(out, vector, row, style); return;
    case DUCKDB_TYPE_MAP: append_map(out, vector, row, style); return;
    case DUCKDB_TYPE_UNION:
      append_json(out, vector.children[1 + vector.children[0].at<std::uint8_t>(row)], row, style);
      return;
    default: break;
  }
  // The written forms that are left hold nothing to escape.
  if (style == JsonStyle::records && is_no_finite_number(vector, row)) {
    out += "null";
    return;
  }
  const bool bare = is_bare_json(vector, row, style);
  if (!bare) out += '"';
  append_scalar(out, vector, row);
  if (!bare) out += '"';
}

void append_json_row(std::string& out, const std::vector<VectorView>& vectors, idx_t row, JsonStyle style) {
  out += '[';
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (i > 0) out += ',';
    append_json(out, vectors[i], row, style);
  }
  out += ']';
}

void append_json_object(std::string& out, const std::vector<std::string>& keys, const std::vector<VectorView>& vectors,
                        idx_t row, JsonStyle style) {
  out += '{';
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (i > 0) out += ',';
    out += keys[i];
    append_json(out, vectors[i], row, style);
  }
  out += '}';
}

void append_json_columns(std::string& out, const std::vector<ResultColumn>& columns) {
  out += '[';
  for (const ResultColumn& column : columns) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    append_json_string(out, column.name);
    out += ",\"type\":";
    append_json_string(out, column.type.sql);
    out += '}';
  }
  out += ']';
}

}  // namespace boathouse::engine
