// SPDX-License-Identifier: Apache-2.0
#include "core/sink_definition.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "postgres/url.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;

constexpr std::size_t kMaxTables = 10'000;
constexpr std::size_t kMaxSchema = 63;  // bytes of a name in PostgreSQL

// The message of the error that `check` throws goes to the problems.
template <class Check>
void told(FieldReader& fields, std::string_view key, Check check) {
  try {
    check();
  } catch (const Error& error) {
    fields.problem(key, error.message());
  }
}

std::string read_url(FieldReader& fields, const VariableLookup& environment) {
  auto url = fields.text("url");
  auto variable = fields.text("url_env");
  if (url.has_value() == variable.has_value()) {
    fields.problem("url", "say one of url and url_env");
    return {};
  }
  const char* key = url ? "url" : "url_env";
  if (variable) {
    url = environment(*variable);
    if (!url) fields.problem(key, fmt::format("the environment variable {} is not set", *variable));
  }
  if (!url) return {};
  told(fields, key, [&] { postgres::Url::parse(*url); });
  return *url;
}

void read_tables(FieldReader& fields, SinkDefinition& sink) {
  if (fields.take("tables") == nullptr) return;
  sink.tables = fields.texts("tables", kMaxTables);
  std::set<std::string> seen;
  for (const std::string& table : *sink.tables) {
    told(fields, "tables", [&] { base::check_name(table, "table"); });
    if (!seen.insert(base::fold_case(table)).second)
      fields.problem("tables", fmt::format("\"{}\" is there twice", table));
  }
}

}  // namespace

std::string_view to_string(SinkTypes types) { return types == SinkTypes::simple ? "simple" : "faithful"; }

std::string to_json(const SinkOptions& options) {
  return json::serialize(json::object{{"schema", options.schema}, {"types", to_string(options.types)}});
}

SinkOptions sink_options_from(std::string_view text) {
  const json::value options = json::parse(text);
  return {.schema = std::string(options.at("schema").as_string()),
          .types = options.at("types").as_string() == "simple" ? SinkTypes::simple : SinkTypes::faithful};
}

SinkDefinition read_sink(FieldReader& fields, const VariableLookup& environment, const std::string& named) {
  SinkDefinition sink;
  auto name = fields.text("name");
  sink.name = named.empty() ? name.value_or("") : named;
  if (name && *name != sink.name) fields.problem("name", "is not the name in the path");
  if (sink.name.empty()) fields.problem("name", "is missing");
  if (!sink.name.empty()) told(fields, "name", [&] { base::check_name(sink.name, "sink"); });
  if (fields.text("kind").value_or(std::string(kPostgresql)) != kPostgresql) {
    fields.problem("kind", "must be \"postgresql\", the one kind that there is");
  }
  sink.url = read_url(fields, environment);
  sink.options.schema = fields.text("schema", kMaxSchema).value_or("public");
  if (sink.options.schema.empty() || sink.options.schema.starts_with("pg_") ||
      sink.options.schema == "information_schema") {
    fields.problem("schema", "must be a schema's name, and none of the database's own");
  }
  const std::string types = fields.text("types").value_or("faithful");
  if (types != "faithful" && types != "simple") fields.problem("types", "must be \"faithful\" or \"simple\"");
  sink.options.types = types == "simple" ? SinkTypes::simple : SinkTypes::faithful;
  read_tables(fields, sink);
  return sink;
}

SinkDefinition parse_sink(const json::object& body, const VariableLookup& environment, const std::string& name) {
  std::vector<FieldProblem> problems;
  FieldReader fields(body, "", problems);
  SinkDefinition sink = read_sink(fields, environment, name);
  fields.finish();
  if (problems.empty()) return sink;
  throw Error(base::ErrorKind::invalid_argument, fmt::format("{}: {}", problems.front().key, problems.front().message))
      .with("field", problems.front().key);
}

}  // namespace boathouse::core
