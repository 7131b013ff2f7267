// SPDX-License-Identifier: Apache-2.0
// CSV bodies, also without what is on their blank lines. Two bytes of settings, then the text.
#include <algorithm>
#include <string>

#include "batch/blank_lines.h"
#include "fuzz/fuzz.h"
#include "fuzz/staged.h"

namespace boathouse::fuzz {
namespace {

std::string without_blank_lines(std::string_view text, char delimiter, std::size_t piece) {
  batch::BlankLines lines(delimiter);
  std::string kept;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    lines.feed(text.substr(0, piece), [&](std::string_view some) { kept += some; });
  }
  return kept;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  using batch::Header;
  static constexpr Header kHeaders[] = {Header::present, Header::absent, Header::by_names};
  std::uint8_t settings = take_byte(bytes);
  std::uint8_t sizes = take_byte(bytes);
  batch::ScanOptions options{.format = batch::Format::csv,
                             .header = kHeaders[settings % 3],
                             .delimiter = settings & 16U ? ';' : ',',
                             .column_names = {"id", "name", "price"},
                             .max_record_bytes = settings & 4U ? 64U : 1U << 20,
                             .max_columns = settings & 8U ? 8U : 5000U,
                             .block_bytes = 1U + (sizes & 127U)};
  const std::string kept = without_blank_lines(bytes, options.delimiter, bytes.size() + 1);
  require(without_blank_lines(bytes, options.delimiter, 1U + sizes / 8U) == kept, "pieces lose the same blanks");
  require(std::count(kept.begin(), kept.end(), '\n') == std::count(bytes.begin(), bytes.end(), '\n'), "lines stay");
  scan_and_read(bytes, options, 1U + sizes / 8U);
}

}  // namespace boathouse::fuzz
