// SPDX-License-Identifier: Apache-2.0
// Made-up and damaged inputs: whatever the bytes, the scanner answers or refuses, chunks make no difference, and a
// reader of what it accepted finds the very rows that it counted. Run under the address sanitizer it also says that no
// byte is read which is not there. The seeds are fixed.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "base/encoding.h"
#include "batch/json_text.h"
#include "batch/staged_rows.h"
#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t limit) { return static_cast<std::size_t>(random() % limit); }

std::string random_text(Random& random, std::string_view alphabet, std::size_t most) {
  std::string text(below(random, most), ' ');
  for (char& c : text) c = alphabet[below(random, alphabet.size())];
  return text;
}

std::string mutated(Random& random, std::string text) {
  for (std::size_t i = below(random, 4); i-- > 0 && !text.empty();) {
    std::size_t at = below(random, text.size());
    switch (below(random, 4)) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, 1 + below(random, 5)); break;
      case 2: text.insert(at, 1, "\",\n\r{}[]:\\x\0"[below(random, 12)]); break;
      default: text.insert(at, text.substr(below(random, text.size()), below(random, 40)));
    }
  }
  return text;
}

struct Outcome {
  bool refused = false;
  ScanSummary summary;
};

// One file for all inputs of a test, written anew for each: thousands of files would cost more than the tests.
class ReusedFile {
 public:
  ReusedFile() : folder_(std::filesystem::temp_directory_path(), "batch-test-") {}
  std::filesystem::path with(std::string_view text) const {
    std::filesystem::path path = folder_.path() / "body";
    std::filesystem::remove(path);  // some file systems flush a file that is written over
    std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    return path;
  }

 private:
  base::TemporaryFolder folder_;
};

Outcome try_scan(std::string_view text, const ScanOptions& options, std::size_t chunk) {
  Outcome outcome;
  try {
    outcome.summary = scan(text, options, chunk);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    outcome.refused = true;
  }
  return outcome;
}

StagedSpec spec_for(const ScanOptions& options, std::size_t fields) {
  static constexpr const char* kTypes[] = {"INTEGER", "STRING", "DECIMAL(6,2)", "DATE",
                                           "DOUBLE",  "JSON",   "TIMESTAMPTZ",  "BINARY"};
  StagedSpec spec;
  spec.format = options.format;
  spec.raw = true;
  for (std::size_t i = 0; i < fields; ++i) {
    std::string name(1, static_cast<char>('a' + i % 26));
    spec.columns.push_back({.name = name, .type = ColumnType::parse(kTypes[i % 8])});
    if (options.format != Format::csv) continue;
    spec.field_names.push_back(name);
    spec.columns.back().field = static_cast<std::int64_t>(i);
  }
  return spec;
}

// Reads all blocks; every row must be numbered in order and its report must be JSON.
std::uint64_t count_by_reading(const std::filesystem::path& path, const ScanSummary& summary, StagedSpec spec) {
  std::uint64_t rows = 0;
  for (const Block& block : summary.blocks) {
    spec.begin = block.offset;
    spec.end = block.offset + block.length;
    spec.first_row = block.first_row;
    StagedRows staged(path, spec);
    std::vector<ColumnTarget> targets(spec.columns.size());
    while (std::size_t count = staged.fill(targets, 100, true)) {
      for (std::size_t row = 0; row < count; ++row) {
        EXPECT_EQ(staged.row_number(row), ++rows);
        RowReport report = staged.report(row);
        EXPECT_TRUE(is_json(report.data) && is_json(report.reasons)) << report.data << report.reasons;
        EXPECT_EQ(staged.ok(row), report.reasons == "[]") << report.reasons;
      }
    }
  }
  return rows;
}

void check(Random& random, const ReusedFile& file, const std::string& text, ScanOptions options) {
  options.block_bytes = 1 + below(random, 200);
  Outcome whole = try_scan(text, options, 1 << 20);
  Outcome parts = try_scan(text, options, 1 + below(random, 80));
  ASSERT_EQ(parts.refused, whole.refused) << text;
  if (whole.refused) return;
  ASSERT_EQ(parts.summary.rows, whole.summary.rows) << text;
  std::size_t fields = options.format == Format::csv ? whole.summary.field_count : 8;
  StagedSpec spec = spec_for(options, fields);
  std::filesystem::path path = file.with(text);
  ASSERT_EQ(count_by_reading(path, whole.summary, spec), whole.summary.rows) << text;
  ASSERT_EQ(count_by_reading(path, parts.summary, spec), whole.summary.rows) << text;
}

// CSV by the rules of scanner.h, character by character.
std::uint64_t rows_by_the_rules(std::string_view text) {
  std::uint64_t rows = 0;
  std::size_t pos = 0;
  while (pos < text.size()) {
    if (text[pos] == '\n' || text[pos] == '\r') {
      ++pos;
      continue;
    }
    ++rows;
    for (bool field_start = true; pos < text.size() && text[pos] != '\n' && text[pos] != '\r';) {
      char c = text[pos++];
      if (c == '"' && field_start) {
        while (pos < text.size() && (text[pos] != '"' || text.substr(pos, 2) == "\"\""))
          pos += text[pos] == '"' ? 2 : 1;
        if (pos >= text.size()) return ~std::uint64_t{0};
        ++pos;
      }
      field_start = c == ',';
    }
  }
  return rows;
}

TEST(Mutation, CsvAgreesWithItsRules) {
  Random random(1);
  for (int i = 0; i < 30000; ++i) {
    std::string text = random_text(random, i % 2 == 0 ? "a\",\n\r" : "aaaaaaaaaaaaaaaa,,\n\r\"", i % 3 == 0 ? 300 : 30);
    std::uint64_t expected = rows_by_the_rules(text);
    Outcome outcome = try_scan(text, {.header = Header::absent}, 1 + below(random, 100));
    ASSERT_EQ(outcome.refused, expected == ~std::uint64_t{0} || expected == 0) << text;
    if (outcome.refused) continue;
    ASSERT_EQ(outcome.summary.rows, expected) << text;
  }
}

TEST(Mutation, CsvIsReadAsItWasScanned) {
  Random random(2);
  ReusedFile file;
  const std::string sample =
      "\xef\xbb\xbfid,name,price,day\r\n1,\"Smith, J\",1.50,2024-01-01\n2,\"say "
      "\"\"hi\"\"\n\",,\r\r3,é€😀,-7,2024-02-30\n\n4,x,y,z,too many\n"
      "5,\"a\"b,1,2\n";
  for (int i = 0; i < 1500; ++i)
    check(random, file, mutated(random, sample), {.header = i % 2 == 0 ? Header::present : Header::absent});
  for (int i = 0; i < 500; ++i)
    check(random, file, random_text(random, "ab1.,,\"\n\r", 200), {.header = Header::absent});
}

TEST(Mutation, JsonIsReadAsItWasScanned) {
  Random random(3);
  ReusedFile file;
  const std::string sample =
      "[{\"a\":1,\"b\":\"x\\n\\u00e9\",\"c\":12.340,\"d\":\"2024-01-01\"},\n {\"e\":1e5,\"f\":{\"g\":[1,{}, "
      "\"]}\"]},\"zz\":null} , {}]";
  const std::string lines =
      "{\"a\":1,\"b\":\"x\"}\r\n\n{\"g\":\"2024-01-01T00:00:00Z\",\"h\":\"AAEC\"}\n{\"a\":1.0,\"q\":[]}";
  for (int i = 0; i < 1500; ++i) {
    check(random, file, mutated(random, sample), {.format = Format::json});
    check(random, file, mutated(random, lines), {.format = Format::ndjson});
  }
}

TEST(Mutation, AnyBytesAreAnsweredOrRefused) {
  Random random(4);
  ReusedFile file;
  for (int i = 0; i < 1000; ++i) {
    std::string text(below(random, 300), '\0');
    for (char& c : text) c = static_cast<char>(random());
    for (Format format : {Format::csv, Format::json, Format::ndjson})
      check(random, file, text, {.format = format, .header = Header::absent});
  }
}

// Readers see bytes that no scanner has seen: rows or an error, nothing else.
TEST(Mutation, ReadersSurviveAnyBytes) {
  Random random(5);
  ReusedFile file;
  for (int i = 0; i < 1500; ++i) {
    std::string text = random_text(random, "a\",\n\r{}[]:\\1.\x80\xc3\xff" + std::string(1, '\0'), 200);
    std::filesystem::path path = file.with(text);
    for (Format format : {Format::csv, Format::json, Format::ndjson}) {
      StagedSpec spec = spec_for({.format = format}, 3);
      try {
        StagedRows staged(path, spec);
        std::vector<ColumnTarget> targets(3);
        while (std::size_t count = staged.fill(targets, 7, true)) {
          for (std::size_t row = 0; row < count; ++row) EXPECT_TRUE(base::is_utf8(staged.report(row).data));
        }
      } catch (const base::Error& error) {
        EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument) << error.message();
      }
    }
  }
}

}  // namespace
}  // namespace boathouse::batch
