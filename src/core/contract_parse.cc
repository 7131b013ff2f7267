// SPDX-License-Identifier: Apache-2.0
#include "core/contract_parse.h"

#include <fmt/format.h>

#include <limits>
#include <unordered_map>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/staged_spec.h"
#include "core/apply_files_toml.h"
#include "core/column_types.h"
#include "core/contract_rules.h"
#include "iceberg/partition.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxColumnName = 255;  // code points
constexpr std::size_t kMaxPattern = 4096;    // bytes
constexpr std::size_t kMaxValues = 10'000;
constexpr std::size_t kMaxKeyColumns = 32;
constexpr std::size_t kMaxPartitionFields = 32;
constexpr std::int64_t kMaxLength = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxRows = 1'000'000'000'000;

std::optional<std::string> take_rule(FieldReader& fields, std::string_view key, const batch::ColumnType& type) {
  const json::value* value = fields.take(key);
  if (value == nullptr) return std::nullopt;
  auto text = rule_text(type, *value);
  if (text && text->find('\0') != std::string::npos) text.reset();
  if (!text) fields.problem(key, "must be " + batch::with_article(type));
  return text;
}

std::vector<std::string> take_values(FieldReader& fields, const batch::ColumnType& type) {
  std::vector<std::string> out;
  const json::value* value = fields.take("values");
  if (value == nullptr) return out;
  const json::array* list = value->if_array();
  if (list == nullptr || list->empty() || list->size() > kMaxValues) {
    fields.problem("values", fmt::format("must be a list of 1 to {} values", kMaxValues));
    return out;
  }
  for (const json::value& item : *list) {
    auto text = rule_text(type, item);
    if (!text || item.is_null() || text->find('\0') != std::string::npos) {
      fields.problem("values", "must hold values of the column's type, " + type.to_text());
      return {};
    }
    out.push_back(std::move(*text));
  }
  return out;
}

std::optional<std::string> take_column_name(FieldReader& fields) {
  auto name = fields.text("name");
  if (!name) {
    if (fields.take("name") == nullptr) fields.problem("name", "is missing");
    return std::nullopt;
  }
  fields.set_column(*name);
  if (name->empty() || base::code_points(*name) > kMaxColumnName) {
    fields.problem("name", fmt::format("must have 1 to {} characters", kMaxColumnName));
  } else if (batch::is_reserved_column(*name)) {
    fields.problem("name", "is reserved: choose another one");
  }
  return name;
}

std::optional<batch::ColumnType> take_type(FieldReader& fields) {
  auto text = fields.text("type");
  if (!text) {
    if (fields.take("type") == nullptr) fields.problem("type", "is missing");
    return std::nullopt;
  }
  try {
    return batch::ColumnType::parse(*text);
  } catch (const base::Error& error) {
    fields.problem("type", error.message());
    return std::nullopt;
  }
}

// nullopt when the column has no usable name; its type may still be unusable, then its rules are not looked at.
std::optional<ContractColumn> read_column(const json::object& object, const std::string& path,
                                          std::vector<FieldProblem>& problems) {
  FieldReader fields(object, path, problems);
  ContractColumn column;
  auto name = take_column_name(fields);
  auto type = take_type(fields);
  column.name = name.value_or("");
  column.type = type.value_or(batch::ColumnType{});
  column.required = fields.boolean("required").value_or(false);
  column.unique = fields.boolean("unique").value_or(false);
  column.pattern = fields.text("pattern", kMaxPattern);
  column.format = fields.text("format", 256);
  column.description = fields.text("description").value_or("");
  column.min_length = fields.integer("min_length", 0, kMaxLength);
  column.max_length = fields.integer("max_length", 0, kMaxLength);
  for (const char* key : {"min", "max", "values", "default"}) fields.take(key);
  if (type) {
    column.min = take_rule(fields, "min", *type);
    column.max = take_rule(fields, "max", *type);
    column.values = take_values(fields, *type);
    column.default_value = take_rule(fields, "default", *type);
    check_rules(column, [&](std::string_view key, std::string message) { fields.problem(key, std::move(message)); });
  }
  fields.finish();
  if (!name) return std::nullopt;
  return column;
}

void read_columns(FieldReader& fields, std::string_view list_key, Contract& contract,
                  std::vector<FieldProblem>& problems) {
  const json::value* value = fields.take(list_key);
  if (value == nullptr) {
    if (contract.unknown_columns != UnknownColumns::add)
      fields.problem(list_key, "is missing: say at least one column");
    return;
  }
  const json::array* list = value->if_array();
  if (list == nullptr || (list->empty() && contract.unknown_columns != UnknownColumns::add) ||
      list->size() > kMaxContractColumns) {
    fields.problem(list_key, fmt::format("must be a list of 1 to {} columns", kMaxContractColumns));
    return;
  }
  std::unordered_map<std::string, std::string> seen;  // folded name to name
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string path = fmt::format("/{}/{}", list_key, i);
    const json::object* object = (*list)[i].if_object();
    if (object == nullptr) {
      problems.push_back({.path = path, .column = {}, .key = std::string(list_key), .message = "must hold columns"});
      continue;
    }
    auto column = read_column(*object, path, problems);
    if (!column) continue;
    auto [other, fresh] = seen.try_emplace(base::fold_case(column->name), column->name);
    if (!fresh) {
      problems.push_back(
          {.path = path + "/name",
           .column = column->name,
           .key = "name",
           .message = fmt::format("is there twice (\"{}\"): names are compared without case", other->second)});
    }
    contract.columns.push_back(std::move(*column));
  }
}

void read_key(FieldReader& fields, Contract& contract) {
  for (const std::string& name : fields.texts("key", kMaxKeyColumns)) {
    const ContractColumn* column = contract.find(name);
    if (column == nullptr) {
      fields.problem("key", fmt::format("\"{}\" is no column of the contract", name));
    } else if (column->type.kind == batch::TypeKind::json) {
      fields.problem("key", fmt::format("\"{}\" is a JSON column, which cannot be a key", name));
    } else if (std::find(contract.key.begin(), contract.key.end(), column->name) != contract.key.end()) {
      fields.problem("key", fmt::format("\"{}\" is there twice", name));
    } else {
      contract.key.push_back(column->name);
    }
  }
}

// The transforms are Iceberg's to judge, against the schema that the columns make.
void read_partition(FieldReader& fields, Contract& contract) {
  contract.partition = fields.texts("partition", kMaxPartitionFields);
  if (contract.partition.empty()) return;
  std::vector<iceberg::Field> schema_fields;
  for (const ContractColumn& column : contract.columns) {
    iceberg::Field field;
    field.id = static_cast<int>(schema_fields.size()) + 1;
    field.name = column.name;
    field.type = to_iceberg(column.type);
    schema_fields.push_back(std::move(field));
  }
  try {
    iceberg::parse_partition_spec(contract.partition, iceberg::Schema(0, std::move(schema_fields)));
  } catch (const base::Error& error) {
    fields.problem("partition", error.message());
  }
}

void read_settings(FieldReader& fields, Contract& contract) {
  contract.description = fields.text("description").value_or("");
  contract.max_rows = fields.integer("max_rows", 1, kMaxRows);
  contract.keep_versions = fields.integer("keep_versions", 1, kMaxRows);
  if (auto text = fields.text("keep_for")) {
    contract.keep_for = base::parse_duration(*text);
    if (!contract.keep_for) fields.problem("keep_for", "must be a duration such as \"12h\", \"30d\" or \"forever\"");
  }
  if (auto text = fields.text("unknown_columns")) {
    if (*text == "ignore") {
      contract.unknown_columns = UnknownColumns::ignore;
    } else if (*text == "add") {
      contract.unknown_columns = UnknownColumns::add;
    } else if (*text != "reject") {
      fields.problem("unknown_columns", "must be \"reject\", \"ignore\" or \"add\"");
    }
  }
}

std::string subject(const FieldProblem& problem) {
  return problem.column.empty() ? problem.key : fmt::format("column \"{}\": {}", problem.column, problem.key);
}

}  // namespace

Contract read_contract(FieldReader& fields, std::string_view list_key, std::vector<FieldProblem>& problems) {
  Contract contract;
  std::size_t before = problems.size();
  read_settings(fields, contract);
  read_columns(fields, list_key, contract, problems);
  fields.take("key");
  fields.take("partition");
  // Keys and transforms are about the columns: only sound ones can be judged.
  if (problems.size() == before) {
    read_key(fields, contract);
    read_partition(fields, contract);
  }
  fields.finish();
  return contract;
}

Contract parse_contract_json(const json::value& body) {
  const json::object* object = body.if_object();
  if (object == nullptr) throw base::Error(base::ErrorKind::invalid_argument, "a contract is a JSON object");
  std::vector<FieldProblem> problems;
  FieldReader fields(*object, "", problems);
  Contract contract = read_contract(fields, "columns", problems);
  if (problems.empty()) return contract;
  const FieldProblem& first = problems.front();
  json::array all;
  for (const FieldProblem& problem : problems)
    all.emplace_back(fmt::format("{} {}", subject(problem), problem.message));
  auto error = [&] {
    return base::Error(base::ErrorKind::invalid_argument, fmt::format("{} {}", subject(first), first.message))
        .with("key", first.key)
        .with("problems", std::move(all));
  };
  if (first.column.empty()) throw error();
  throw error().with("column", first.column);
}

std::optional<ContractFile> parse_contract_toml(std::string_view text, const std::string& file,
                                                std::vector<FileProblem>& problems) {
  auto document = TomlDocument::parse(text, file, problems);
  if (!document) return std::nullopt;
  std::vector<FieldProblem> found;
  FieldReader fields(document->root(), "", found);
  ContractFile out;
  out.workspace = fields.text("workspace");
  out.workspace_line = document->line("/workspace");
  out.contract = read_contract(fields, "column", found);
  for (FieldProblem& problem : found) {
    std::string message = problem.column.empty() ? std::move(problem.message)
                                                 : fmt::format("column \"{}\": {}", problem.column, problem.message);
    problems.push_back({.file = file,
                        .line = document->line(problem.path),
                        .key = std::move(problem.key),
                        .message = std::move(message)});
  }
  if (!found.empty()) return std::nullopt;
  return out;
}

}  // namespace boathouse::core
