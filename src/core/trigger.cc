// SPDX-License-Identifier: Apache-2.0
#include "core/trigger.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/buckets.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostKeyBytes = 1024;  // of an object
constexpr std::size_t kMostNames = 100;      // of a list

struct NamedFormat {
  std::string_view name;
  BodyFormat format;
};
// "tsv" is CSV whose delimiter is said with it.
constexpr std::array kFormats{NamedFormat{"csv", BodyFormat::csv}, NamedFormat{"json", BodyFormat::json},
                              NamedFormat{"ndjson", BodyFormat::ndjson}, NamedFormat{"parquet", BodyFormat::parquet}};

[[noreturn]] void refuse(std::string_view field, const std::string& why) {
  throw Error(ErrorKind::invalid_argument, fmt::format("{} {}", field, why)).with("field", std::string(field));
}

// Says of a check's error which field it is about.
template <class Check>
void about(std::string_view field, Check check) {
  try {
    check();
  } catch (const Error& error) {
    throw Error(error.kind(), error.message()).with("field", std::string(field));
  }
}

void text(std::string_view field, const json::value& value, std::string& into) {
  if (!value.is_string()) refuse(field, "must be text");
  into = value.get_string();
}

std::vector<std::string> names(std::string_view field, const json::value& value) {
  if (!value.is_array() || value.get_array().size() > kMostNames) {
    refuse(field, fmt::format("must be a list of at most {} names", kMostNames));
  }
  std::vector<std::string> list;
  std::set<std::string> seen;
  for (const json::value& item : value.get_array()) {
    std::string name;
    text(field, item, name);
    if (name.empty()) refuse(field, "has an empty name in it");
    if (!seen.insert(base::fold_case(name)).second) refuse(field, fmt::format("names \"{}\" twice", name));
    list.push_back(std::move(name));
  }
  return list;
}

void check_part_of_key(std::string_view field, const std::string& part) {
  if (part.size() > kMostKeyBytes) refuse(field, fmt::format("has more than the {} bytes of a key", kMostKeyBytes));
  if (!base::is_utf8(part) || part.find('\0') != std::string::npos) refuse(field, "must be UTF-8 without NUL");
}

void read_format(const json::value& value, FileOptions& file) {
  std::string wanted;
  text("format", value, wanted);
  if (wanted == "tsv") {
    file.format = BodyFormat::csv;
    if (!file.delimiter) file.delimiter = '\t';
    return;
  }
  for (const NamedFormat& known : kFormats) {
    if (known.name != wanted) continue;
    file.format = known.format;
    return;
  }
  refuse("format", "is csv, tsv, json, ndjson or parquet; leave it out to have it detected");
}

void read_delimiter(const json::value& value, FileOptions& file) {
  std::string wanted;
  text("delimiter", value, wanted);
  const bool fine =
      wanted.size() == 1 && (wanted[0] == '\t' || (wanted[0] >= ' ' && wanted[0] <= '~')) && wanted[0] != '"';
  if (!fine) refuse("delimiter", "is one ASCII character or a tab, and no quote; leave it out to have it detected");
  file.delimiter = wanted[0];
}

void read_mode(const json::value& value, Trigger& trigger) {
  std::string wanted;
  text("mode", value, wanted);
  trigger.mode.reset();
  if (wanted == "auto") return;
  for (WriteMode mode : {WriteMode::append, WriteMode::replace, WriteMode::upsert}) {
    if (wanted == to_string(mode)) trigger.mode = mode;
  }
  if (!trigger.mode) refuse("mode", "is auto, append, replace or upsert");
}

void read_field(std::string_view field, const json::value& value, Trigger& trigger) {
  if (field == "name") {
    std::string name;
    text(field, value, name);
    if (base::fold_case(name) != base::fold_case(trigger.name)) {
      refuse(field, fmt::format("is \"{}\" here and \"{}\" in the path", name, trigger.name));
    }
  } else if (field == "bucket") {
    text(field, value, trigger.bucket);
  } else if (field == "prefix") {
    text(field, value, trigger.prefix);
  } else if (field == "suffix") {
    text(field, value, trigger.suffix);
  } else if (field == "table") {
    text(field, value, trigger.table.emplace());
    about(field, [&] { base::check_name(*trigger.table); });
  } else if (field == "mode") {
    read_mode(value, trigger);
  } else if (field == "key") {
    trigger.key = names(field, value.is_string() ? json::value(json::array{value}) : value);
  } else if (field == "sinks") {
    trigger.sinks = names(field, value);
    about(field, [&] {
      for (const std::string& sink : *trigger.sinks) base::check_name(sink, "sink");
    });
  } else if (field == "delimiter") {
    read_delimiter(value, trigger.file);
  } else if (field == "header") {
    if (!value.is_bool()) refuse(field, "is true or false; leave it out to have it detected");
    trigger.file.header = value.get_bool();
  } else if (field != "format") {
    refuse(field,
           "is no field of a trigger: bucket, prefix, suffix, table, mode, key, sinks, format, delimiter and "
           "header are");
  }
}

void check_whole(const Trigger& trigger) {
  if (trigger.bucket.empty()) refuse("bucket", "is missing: a trigger is of one bucket");
  about("bucket", [&] { check_bucket_name(trigger.bucket); });
  check_part_of_key("prefix", trigger.prefix);
  check_part_of_key("suffix", trigger.suffix);
  if (!trigger.key.empty() && trigger.mode && *trigger.mode != WriteMode::upsert) {
    refuse("key", "is for the modes auto and upsert only");
  }
  const bool may_be_csv = trigger.file.format.value_or(BodyFormat::csv) == BodyFormat::csv;
  if (!may_be_csv && trigger.file.delimiter) refuse("delimiter", "is for CSV only");
  if (!may_be_csv && trigger.file.header) refuse("header", "is for CSV only");
}

std::string_view format_name(BodyFormat format) {
  for (const NamedFormat& known : kFormats) {
    if (known.format == format) return known.name;
  }
  return "csv";
}

}  // namespace

Trigger parse_trigger(std::string name, const json::object& fields) {
  Trigger trigger;
  trigger.name = std::move(name);
  about("name", [&] { base::check_name(trigger.name, "trigger"); });
  for (const auto& [field, value] : fields) {
    if (!value.is_null()) read_field(field, value, trigger);
  }
  // After the delimiter, which it may imply.
  if (const json::value* format = fields.if_contains("format"); format != nullptr && !format->is_null()) {
    read_format(*format, trigger.file);
  }
  check_whole(trigger);
  return trigger;
}

json::object to_json(const Trigger& trigger) {
  json::object out{{"name", trigger.name},
                   {"bucket", trigger.bucket},
                   {"prefix", trigger.prefix},
                   {"suffix", trigger.suffix},
                   {"table", trigger.table ? json::value(*trigger.table) : json::value(nullptr)},
                   {"mode", trigger.mode ? to_string(*trigger.mode) : std::string_view("auto")},
                   {"key", json::array(trigger.key.begin(), trigger.key.end())},
                   {"sinks", nullptr},
                   {"format", nullptr},
                   {"delimiter", nullptr},
                   {"header", nullptr}};
  if (trigger.sinks) out["sinks"] = json::array(trigger.sinks->begin(), trigger.sinks->end());
  if (trigger.file.format) out["format"] = format_name(*trigger.file.format);
  if (trigger.file.delimiter) out["delimiter"] = std::string(1, *trigger.file.delimiter);
  if (trigger.file.header) out["header"] = *trigger.file.header;
  return out;
}

meta::TriggerRow row_of(const Trigger& trigger, const base::WorkspaceId& workspace) {
  return {.workspace = workspace,
          .name = trigger.name,
          .bucket = trigger.bucket,
          .prefix = trigger.prefix,
          .suffix = trigger.suffix,
          .settings = json::serialize(to_json(trigger)),
          .created_at = trigger.created_at,
          .updated_at = trigger.updated_at};
}

Trigger trigger_of(const meta::TriggerRow& row) {
  Trigger trigger = parse_trigger(row.name, json::parse(row.settings).as_object());
  trigger.created_at = row.created_at;
  trigger.updated_at = row.updated_at;
  return trigger;
}

Trigger default_trigger(std::string bucket) {
  Trigger trigger;
  trigger.name = kDefaultTrigger;
  trigger.bucket = std::move(bucket);
  return trigger;
}

bool matches(const Trigger& trigger, std::string_view key) {
  return key.size() >= trigger.prefix.size() + trigger.suffix.size() && key.starts_with(trigger.prefix) &&
         key.ends_with(trigger.suffix) && !key.ends_with('/');
}

std::string table_for(const Trigger& trigger, std::string_view key) {
  if (trigger.table) return *trigger.table;
  std::string table(stem_of(file_name_of(key)));
  try {
    base::check_name(table);
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the file's name \"{}\" gives the table name \"{}\", which is none ({}): rename the file, "
                            "or give the trigger a table",
                            file_name_of(key), table, error.message()));
  }
  return table;
}

}  // namespace boathouse::core
