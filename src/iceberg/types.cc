// SPDX-License-Identifier: Apache-2.0
#include "iceberg/types.h"

#include <array>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::iceberg {
namespace {

constexpr std::array<std::pair<TypeKind, std::string_view>, 12> kPlainNames{{
    {TypeKind::boolean, "boolean"},
    {TypeKind::int32, "int"},
    {TypeKind::int64, "long"},
    {TypeKind::float32, "float"},
    {TypeKind::float64, "double"},
    {TypeKind::date, "date"},
    {TypeKind::time, "time"},
    {TypeKind::timestamp, "timestamp"},
    {TypeKind::timestamptz, "timestamptz"},
    {TypeKind::string, "string"},
    {TypeKind::uuid, "uuid"},
    {TypeKind::binary, "binary"},
}};

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::invalid_argument, why); }

std::optional<int> parse_number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return base::parse_number<int>(text);
}

// The inside of "name(inside)" with the given brackets.
std::optional<std::string_view> inside(std::string_view text, std::string_view name, char open, char close) {
  if (!text.starts_with(name) || !text.ends_with(close)) return std::nullopt;
  text.remove_prefix(name.size());
  if (text.size() < 2 || text.front() != open) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

}  // namespace

Type::Type(TypeKind kind) : kind_(kind) {
  if (kind == TypeKind::decimal || kind == TypeKind::fixed || kind >= TypeKind::structure) {
    refuse("this type needs parameters");
  }
}

Type Type::decimal(int precision, int scale) {
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    refuse(fmt::format("decimal({},{}): the precision must be 1 to 38 and the scale 0 to the precision", precision,
                       scale));
  }
  Type type;
  type.kind_ = TypeKind::decimal;
  type.first_ = precision;
  type.second_ = scale;
  return type;
}

Type Type::fixed(int length) {
  if (length < 1) refuse(fmt::format("fixed[{}]: the length must be positive", length));
  Type type;
  type.kind_ = TypeKind::fixed;
  type.first_ = length;
  return type;
}

Type Type::structure(std::vector<Field> fields) {
  Type type;
  type.kind_ = TypeKind::structure;
  type.children_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

Type Type::list(int element_id, Type element, bool element_required) {
  Type type = structure({Field{element_id, "element", std::move(element), element_required, ""}});
  type.kind_ = TypeKind::list;
  return type;
}

Type Type::map(int key_id, Type key, int value_id, Type value, bool value_required) {
  Type type = structure(
      {Field{key_id, "key", std::move(key), true, ""}, Field{value_id, "value", std::move(value), value_required, ""}});
  type.kind_ = TypeKind::map;
  return type;
}

Type Type::parse(std::string_view text) {
  for (const auto& [kind, name] : kPlainNames) {
    if (text == name) return Type(kind);
  }
  if (auto length = inside(text, "fixed", '[', ']')) {
    if (auto number = parse_number(*length)) return fixed(*number);
  }
  if (auto parameters = inside(text, "decimal", '(', ')')) {
    std::size_t comma = parameters->find(',');
    auto precision = parse_number(parameters->substr(0, comma));
    auto scale = comma == std::string_view::npos ? std::nullopt : parse_number(parameters->substr(comma + 1));
    if (precision && scale) return decimal(*precision, *scale);
  }
  refuse("unknown type '" + std::string(text) + "'");
}

std::string Type::to_string() const {
  for (const auto& [kind, name] : kPlainNames) {
    if (kind == kind_) return std::string(name);
  }
  if (kind_ == TypeKind::decimal) return fmt::format("decimal({},{})", first_, second_);
  if (kind_ == TypeKind::fixed) return fmt::format("fixed[{}]", first_);
  std::string parts;
  for (const Field& field : children()) {
    if (!parts.empty()) parts += ", ";
    if (kind_ == TypeKind::structure) parts += field.name + ": ";
    parts += field.type.to_string();
  }
  const char* name = kind_ == TypeKind::structure ? "struct" : kind_ == TypeKind::list ? "list" : "map";
  return fmt::format("{}<{}>", name, parts);
}

const std::vector<Field>& Type::children() const {
  static const std::vector<Field> kNone;
  return children_ ? *children_ : kNone;
}

bool Type::operator==(const Type& other) const {
  return kind_ == other.kind_ && first_ == other.first_ && second_ == other.second_ &&
         (children_ == other.children_ || children() == other.children());
}

}  // namespace boathouse::iceberg
