// SPDX-License-Identifier: Apache-2.0
#include "fuzz/staged.h"

#include <sys/mman.h>
#include <unistd.h>

#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "batch/json_text.h"
#include "batch/staged_rows.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

using base::Error;
using namespace batch;

// A file in memory that holds `bytes`.
std::filesystem::path memory_file(std::string_view bytes) {
  static const base::UniqueFd kFile(::memfd_create("body", 0));
  require(::ftruncate(kFile.get(), 0) == 0 && ::lseek(kFile.get(), 0, SEEK_SET) == 0, "a file in memory");
  base::write_all(kFile.get(), bytes);
  return "/proc/self/fd/" + std::to_string(kFile.get());
}

ScanSummary scan(std::string_view body, const ScanOptions& options, std::size_t piece) {
  auto scanner = make_scanner(options);
  in_pieces(body, piece, [&](std::string_view bytes) { scanner->feed(bytes); });
  return scanner->finish();
}

StagedSpec spec_for(const ScanOptions& options, const ScanSummary& summary) {
  static constexpr const char* kTypes[] = {"INTEGER", "STRING",      "DECIMAL(6,2)", "DATE",   "DOUBLE", "JSON",
                                           "TIME",    "TIMESTAMPTZ", "BIGINT",       "BINARY", "UUID",   "BOOLEAN"};
  StagedSpec spec;
  spec.format = options.format;
  spec.raw = true;
  spec.delimiter = summary.delimiter;
  bool is_csv = options.format == Format::csv;
  std::size_t fields = is_csv ? summary.field_count : std::size(kTypes);
  for (std::size_t i = 0; i < fields; ++i) {
    std::string name = std::string(1, static_cast<char>('a' + i % 26)) + (i < 26 ? "" : std::to_string(i));
    spec.columns.push_back({.name = name, .type = ColumnType::parse(kTypes[i % std::size(kTypes)])});
    if (!is_csv) continue;
    spec.field_names.push_back(name);
    spec.columns.back().field = static_cast<std::int64_t>(i);
  }
  return spec;
}

void read_back(const std::filesystem::path& file, const ScanSummary& summary, StagedSpec spec) {
  std::uint64_t rows = 0;
  for (const Block& block : summary.blocks) {
    spec.begin = block.offset;
    spec.end = block.offset + block.length;
    spec.first_row = block.first_row;
    StagedRows staged(file, spec);
    std::vector<ColumnTarget> targets(spec.columns.size());
    while (std::size_t count = staged.fill(targets, 7, true)) {
      for (std::size_t row = 0; row < count; ++row) {
        require(staged.row_number(row) == ++rows, "rows are numbered in order");
        RowReport report = staged.report(row);
        require(is_json(report.data) && is_json(report.reasons), "a row's report is JSON");
        require(staged.ok(row) == (report.reasons == "[]"), "a row that is not fine has a reason");
      }
    }
  }
  require(rows == summary.rows, "the reader finds the rows that the scanner counted");
}

}  // namespace

void scan_and_read(std::string_view body, const ScanOptions& options, std::size_t piece) {
  std::optional<ScanSummary> pieces;
  try {
    pieces = scan(body, options, piece);
  } catch (const Error&) {
  }
  std::optional<ScanSummary> whole;
  try {
    whole = scan(body, options, std::max<std::size_t>(body.size(), 1));
  } catch (const Error&) {
    require(!pieces, "pieces make no difference: refused only as a whole");
    throw;
  }
  require(pieces.has_value(), "pieces make no difference: refused only in pieces");
  require(pieces->rows == whole->rows && pieces->header == whole->header, "pieces make no difference: rows or header");
  std::filesystem::path file = memory_file(body);
  StagedSpec spec = spec_for(options, *whole);
  read_back(file, *whole, spec);
  read_back(file, *pieces, spec);
}

}  // namespace boathouse::fuzz
