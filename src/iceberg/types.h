// SPDX-License-Identifier: Apache-2.0
// Iceberg's types (format version 2). A Type is a value and cheap to copy: nested parts are shared and never change.
// Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::iceberg {

enum class TypeKind {
  boolean,
  int32,
  int64,
  float32,
  float64,
  decimal,
  date,
  time,
  timestamp,
  timestamptz,
  string,
  uuid,
  fixed,
  binary,
  structure,
  list,
  map
};

struct Field;

class Type {
 public:
  Type() = default;  // boolean
  // A primitive without parameters. Error{invalid_argument} for decimal, fixed and nested kinds.
  explicit Type(TypeKind kind);
  // 1 <= precision <= 38, 0 <= scale <= precision, else Error{invalid_argument}.
  static Type decimal(int precision, int scale);
  static Type fixed(int length);
  static Type structure(std::vector<Field> fields);
  static Type list(int element_id, Type element, bool element_required);
  static Type map(int key_id, Type key, int value_id, Type value, bool value_required);

  // "int", "decimal(9,2)", "fixed[16]"...: Iceberg's spelling of a primitive. Error{invalid_argument} for anything else.
  static Type parse(std::string_view text);
  // The same spelling; nested types as "struct<..>", "list<..>", "map<..>" for messages.
  std::string to_string() const;

  TypeKind kind() const { return kind_; }
  bool is_primitive() const { return kind_ < TypeKind::structure; }
  bool is_floating() const { return kind_ == TypeKind::float32 || kind_ == TypeKind::float64; }
  int precision() const { return first_; }
  int scale() const { return second_; }
  int length() const { return first_; }
  // A struct's fields; a list's one field "element"; a map's "key" and "value". Empty for primitives.
  const std::vector<Field>& children() const;

  bool operator==(const Type& other) const;

 private:
  TypeKind kind_ = TypeKind::boolean;
  int first_ = 0;
  int second_ = 0;
  std::shared_ptr<const std::vector<Field>> children_;
};

struct Field {
  int id = 0;
  std::string name;
  Type type;
  bool required = false;
  std::string doc;

  bool operator==(const Field& other) const = default;
};

}  // namespace boathouse::iceberg
