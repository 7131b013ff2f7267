// SPDX-License-Identifier: Apache-2.0
#include "core/file_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/numbers.h"
#include "batch/digits.h"
#include "batch/record_reader.h"
#include "batch/strict_text.h"
#include "batch/summary/number_word.h"

namespace boathouse::core {
namespace {

using batch::is_digit;

constexpr std::string_view kGzip = "\x1f\x8b";
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
constexpr std::string_view kParquet = "PAR1";
constexpr std::string_view kMark = "\xef\xbb\xbf";
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::array<std::string_view, 4> kFoldedEndings{"gz", "gzip", "zst", "zstd"};
// Records that are looked at for the delimiter; enough to tell chance from a rule.
constexpr std::size_t kMostRecords = 50;
constexpr std::size_t kMostFields = 5000;
// A column may be called after one of these.
constexpr std::int64_t kFirstYear = 1500;
constexpr std::int64_t kLastYear = 2500;

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? "" : base::fold_case(name.substr(dot + 1));
}

bool is_folded_ending(const std::string& extension) {
  return std::find(kFoldedEndings.begin(), kFoldedEndings.end(), extension) != kFoldedEndings.end();
}

std::string_view without_extension(std::string_view name) { return name.substr(0, name.rfind('.')); }

// Which bytes are within quotes, as far as that can be told without the delimiter: an inch's sign opens none.
class Quotes {
 public:
  // Whether they are open behind `c`, which comes after `before`; that is 0 where a record begins.
  bool after(char before, char c) {
    constexpr std::string_view kOpensBehind("\0,;\t| \"", 7);
    if (c == '"' && (open_ || kOpensBehind.find(before) != std::string_view::npos)) open_ = !open_;
    return open_;
  }

 private:
  bool open_ = false;
};

// The whole records of a sample, as they stand; of a sample that is cut, without the last.
std::vector<std::string_view> records_of(std::string_view sample, bool is_whole) {
  std::vector<std::string_view> records;
  Quotes quotes;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < sample.size() && records.size() < kMostRecords; ++at) {
    const bool in_quotes = quotes.after(at == begin ? '\0' : sample[at - 1], sample[at]);
    if (in_quotes || (sample[at] != '\n' && sample[at] != '\r')) continue;
    if (at > begin) records.push_back(sample.substr(begin, at - begin));
    begin = at + 1;
  }
  if (is_whole && records.size() < kMostRecords && begin < sample.size()) records.push_back(sample.substr(begin));
  return records;
}

std::size_t fields_of(std::string_view record, char delimiter) {
  return batch::split_csv_record(record, kMostFields, delimiter).count;
}

// A quote in the middle of a field that does not begin with one, as where a quoted field was cut.
bool has_stray_quote(std::string_view record, char delimiter) {
  bool in_quotes = false;
  bool is_quoted = false;
  for (std::size_t at = 0; at < record.size(); ++at) {
    const bool begins = !in_quotes && (at == 0 || record[at - 1] == delimiter);
    if (begins) is_quoted = record[at] == '"';
    if (record[at] != '"') continue;
    if (!is_quoted) return true;
    in_quotes = !in_quotes;
  }
  return false;
}

// Whether the delimiter is nowhere but in prose, with a blank behind it, or in decimal numbers; a tab, behind what delimits
// already. What quotes hold aside.
bool is_in_text(const std::vector<std::string_view>& records, char delimiter) {
  for (std::string_view record : records) {
    Quotes quotes;
    for (std::size_t at = 0; at < record.size(); ++at) {
      const char before = at > 0 ? record[at - 1] : '\0';
      if (quotes.after(before, record[at]) || record[at] != delimiter) continue;
      const char behind = at + 1 < record.size() ? record[at + 1] : '\0';
      const bool is_decimal = delimiter == ',' && is_digit(before) && is_digit(behind);
      const bool is_beside = delimiter == '\t' ? before == ',' || before == ';' || before == '|' : behind == ' ';
      if (!is_beside && !is_decimal) return false;
    }
  }
  return true;
}

// How well a delimiter explains the records.
struct Judged {
  char delimiter = ',';
  std::size_t alike = 0;  // how many have as many fields as the first
  std::size_t clean = 0;  // how many of those cut no quotes apart
  std::size_t width = 1;  // how many fields those are
  bool in_text = false;
};

Judged judge(const std::vector<std::string_view>& records, char delimiter) {
  Judged judged{.delimiter = delimiter, .width = fields_of(records.front(), delimiter)};
  if (judged.width < 2) return judged;
  for (std::string_view record : records) {
    if (fields_of(record, delimiter) != judged.width) continue;
    ++judged.alike;
    if (!has_stray_quote(record, delimiter)) ++judged.clean;
  }
  judged.in_text = is_in_text(records, delimiter);
  return judged;
}

// Tabs that cut all records alike seldom do so by chance.
bool is_plain_tab(const Judged& judged) { return judged.delimiter == '\t' && !judged.in_text; }

// What another delimiter explains as well as commas is taken by what each is in.
bool explains_more(const Judged& other, const Judged& commas) {
  if (other.alike != commas.alike || other.alike == 0) return other.alike > commas.alike;
  if (other.clean != commas.clean) return other.clean > commas.clean;
  if (is_plain_tab(other)) return true;
  // Numbers with a decimal comma in each field hold one more comma than there are delimiters between them.
  if (commas.in_text) return other.width + 1 >= commas.width;
  return other.width > (other.in_text ? commas.width + 1 : commas.width);
}

char delimiter_of(const std::vector<std::string_view>& records) {
  if (records.empty()) return ',';
  auto rank = [](const Judged& judged) {
    return std::tuple(judged.alike, judged.clean, is_plain_tab(judged), !judged.in_text, judged.width);
  };
  Judged other = judge(records, '\t');
  for (char delimiter : {';', '|'}) {
    const Judged judged = judge(records, delimiter);
    if (rank(judged) > rank(other)) other = judged;
  }
  return explains_more(other, judge(records, ',')) ? other.delimiter : ',';
}

// What a field is like. All but words are values, which seldom are names.
enum class Kind : std::uint8_t { missing, word, number, time, truth, address, figure, id };

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && text.find('.', at) != std::string_view::npos;
}

// A network's address, a time, an amount or a phone number as people write them: digits, and what stands between them.
bool is_figure(std::string_view text) {
  constexpr std::string_view kInFigures = "0123456789.,:/-+()%$ ";
  return text.find_first_not_of(kInFigures) == std::string_view::npos && std::ranges::any_of(text, is_digit);
}

// Whether amounts or times are written alike: the signs of one among those of the other.
bool have_like_signs(const std::string& one, const std::string& other) {
  auto signs_of = [](const std::string& text) {
    std::set<char> signs(text.begin(), text.end());
    std::erase_if(signs, [](char sign) { return is_digit(sign) || sign == ' '; });
    return signs;
  };
  const std::set<char> here = signs_of(one);
  const std::set<char> there = signs_of(other);
  return std::includes(here.begin(), here.end(), there.begin(), there.end()) ||
         std::includes(there.begin(), there.end(), here.begin(), here.end());
}

Kind kind_of(const std::string& text) {
  double number = 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  if (batch::is_missing_word(text)) return Kind::missing;
  // With zeros before it, it is one here.
  if (batch::parse_double(text, number) || std::ranges::all_of(text, is_digit)) return Kind::number;
  if (batch::parse_date(text, days) || batch::parse_timestamptz(text, micros) || batch::parse_timestamp(text, micros)) {
    return Kind::time;
  }
  const std::string folded = base::fold_case(text);
  if (folded == "true" || folded == "false") return Kind::truth;
  if (is_address(text)) return Kind::address;
  if (base::is_uuid(folded)) return Kind::id;
  return is_figure(text) ? Kind::figure : Kind::word;
}

bool is_value(const std::string& text) {
  const Kind kind = kind_of(text);
  return kind != Kind::missing && kind != Kind::word;
}

bool are_columns(const std::vector<std::string>& fields, const std::vector<std::string>& columns) {
  return std::all_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return base::fold_case(column) == base::fold_case(field); });
  });
}

using Fields = std::vector<std::string>;

bool is_year(std::int64_t number) { return number >= kFirstYear && number <= kLastYear; }
bool is_year(const std::string& text) { return is_year(base::parse_number<std::int64_t>(text).value_or(0)); }

enum class Says : std::uint8_t { nothing, name, row };

// What a column says of its first field: a word over a value of the second record, or a value over fields none of which is
// of its kind, is a name; one of theirs is of a row, but for a year over what are no years.
Says what_says(const std::vector<Fields>& records, std::size_t column) {
  const std::string& text = records[0][column];
  const Kind name = kind_of(text);
  if (name == Kind::missing) return Says::nothing;
  bool has_others = false;
  bool has_alike = false;
  for (std::size_t i = 1; i < records.size(); ++i) {
    if (column >= records[i].size()) continue;
    const Kind below = kind_of(records[i][column]);
    if (below == Kind::missing) continue;
    if (name == Kind::word) return i == 1 && below != Kind::word ? Says::name : Says::nothing;
    const bool is_alike = below == name && (name != Kind::figure || have_like_signs(text, records[i][column]));
    if (is_alike && (!is_year(text) || is_year(records[i][column]))) return Says::row;
    has_alike = has_alike || is_alike;
    has_others = true;
  }
  return has_others && !has_alike ? Says::name : Says::nothing;
}

// An index without a name, as pandas writes it, before names that are values.
bool is_index(const std::vector<Fields>& records) {
  auto has_first = [](const Fields& record) { return !record.front().empty(); };
  return records[0].size() > 1 && records[0].front().empty() &&
         std::all_of(records.begin() + 1, records.end(), has_first);
}

// What the first record's values are like; nullopt where one is no whole number.
struct Series {
  std::int64_t first = 0;
  std::int64_t many = 0;
  bool by_one = true;
  bool grows = true;
  bool falls = true;
  bool of_years = true;
  bool over_years = true;
};

std::optional<Series> series_of(const std::vector<Fields>& records) {
  Series series;
  std::int64_t last = 0;
  for (std::size_t column = 0; column < records[0].size(); ++column) {
    const std::string& name = records[0][column];
    if (!is_value(name)) continue;
    const auto number = base::parse_number<std::int64_t>(name);
    if (!number || std::to_string(*number) != name) return std::nullopt;
    if (series.many++ == 0) {
      series.first = *number;
    } else {
      series.by_one = series.by_one && *number > last && *number - 1 == last;
      series.grows = series.grows && *number > last;
      series.falls = series.falls && *number < last;
    }
    last = *number;
    series.of_years = series.of_years && is_year(*number);
    series.over_years = series.over_years && column < records[1].size() && is_year(records[1][column]);
  }
  return series;
}

// 0, 1, 2.. are what pandas calls columns that nobody named, and years in a row are names over something else: of neither so
// few that they may well be a row (an edge "0,1" of a graph). Behind a word other years are, too, and numbers that grow where
// something else says that it is a name.
bool is_series_of_names(const std::vector<Fields>& records, bool has_name) {
  const std::optional<Series> series = series_of(records);
  if (!series || series->many < 2) return false;
  const bool is_behind_word = kind_of(records[0].front()) == Kind::word;
  const bool in_order = series->by_one || (is_behind_word && (series->grows || series->falls));
  if (series->of_years && in_order && !series->over_years) return true;
  if (series->many >= 3 && series->first == 0 && series->by_one) return true;
  return series->grows && has_name && is_behind_word;
}

// Of the first record, and of those below it whose fields can be told apart.
std::vector<Fields> fields_of_all(const std::vector<std::string_view>& texts, char delimiter) {
  std::vector<Fields> records;
  for (std::string_view text : texts) {
    Fields fields = batch::split_csv_record(text, kMostFields, delimiter).fields;
    if (records.empty() || !fields.empty()) records.push_back(std::move(fields));
  }
  return records;
}

// There is a header unless the first record is as those below it: values, of which no more say that they are names than
// that they are of a row.
bool has_header(const std::vector<std::string_view>& texts, char delimiter, const std::vector<std::string>& columns) {
  const std::vector<Fields> records = fields_of_all(texts, delimiter);
  if (records.empty()) return true;
  const Fields& first = records.front();
  if (are_columns(first, columns) || std::none_of(first.begin(), first.end(), is_value)) return true;
  if (records.size() < 2) return false;
  // What tells rows apart mostly stands first.
  if (kind_of(first.front()) == Kind::word && what_says(records, 0) == Says::name) return true;
  std::int64_t names = 0;
  std::int64_t of_row = 0;
  for (std::size_t column = 0; column < first.size(); ++column) {
    const Says says = what_says(records, column);
    names += says == Says::name ? 1 : 0;
    of_row += says == Says::row ? 1 : 0;
  }
  return names > of_row || is_index(records) || is_series_of_names(records, names > 0);
}

// One object that goes over several lines, or a list, is JSON; objects of a line each are NDJSON.
BodyFormat json_of(std::string_view text, bool is_ndjson_by_name) {
  if (text.starts_with('[')) return BodyFormat::json;
  if (is_ndjson_by_name) return BodyFormat::ndjson;
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t last = line.find_last_not_of(kBlank);
  const bool is_object = last != std::string_view::npos && line[last] == '}';
  const bool goes_on = text.find_first_not_of(kBlank, line.size()) != std::string_view::npos;
  return is_object && goes_on ? BodyFormat::ndjson : BodyFormat::json;
}

}  // namespace

base::Folding folding_of(std::string_view first_bytes) {
  if (first_bytes.starts_with(kGzip)) return base::Folding::gzip;
  if (first_bytes.starts_with(kZstd)) return base::Folding::zstd;
  return base::Folding::none;
}

FileForm form_of(std::string_view name, std::string_view sample, const FileOptions& told,
                 const std::vector<std::string>& columns) {
  std::string extension = extension_of(name);
  if (is_folded_ending(extension)) extension = extension_of(without_extension(name));
  const bool is_whole = sample.size() < kFormatSample;
  std::string_view text = sample;
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());

  FileForm form;
  const std::string_view begin = text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
  const bool is_csv_by_name = extension == "csv" || extension == "tsv" || extension == "tab";
  const bool is_ndjson_by_name = extension == "ndjson" || extension == "jsonl";
  if (told.format) {
    form.format = *told.format;
  } else if (sample.starts_with(kParquet) || extension == "parquet" || extension == "pq") {
    form.format = BodyFormat::parquet;
  } else if (!is_csv_by_name && (begin.starts_with('{') || begin.starts_with('['))) {
    form.format = json_of(begin, is_ndjson_by_name);
  } else if (extension == "json" || is_ndjson_by_name) {
    form.format = is_ndjson_by_name ? BodyFormat::ndjson : BodyFormat::json;
  }
  if (form.format != BodyFormat::csv) return form;

  const std::vector<std::string_view> records = records_of(text, is_whole);
  if (told.delimiter) {
    form.delimiter = *told.delimiter;
  } else {
    form.delimiter = extension == "tsv" || extension == "tab" ? '\t' : delimiter_of(records);
  }
  form.has_header = told.header.value_or(has_header(records, form.delimiter, columns));
  return form;
}

std::string_view file_name_of(std::string_view key) { return key.substr(key.rfind('/') + 1); }

std::string_view stem_of(std::string_view file_name) {
  if (is_folded_ending(extension_of(file_name))) file_name = without_extension(file_name);
  return without_extension(file_name);
}

std::string to_text(const FileForm& form) {
  switch (form.format) {
    case BodyFormat::json: return "JSON";
    case BodyFormat::ndjson: return "NDJSON";
    case BodyFormat::parquet: return "Parquet";
    case BodyFormat::csv: break;
  }
  const std::string delimiter = form.delimiter == '\t' ? "tabs" : fmt::format("'{}'", form.delimiter);
  return fmt::format("CSV delimited by {} {} a header", delimiter, form.has_header ? "with" : "without");
}

}  // namespace boathouse::core
