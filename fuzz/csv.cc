// SPDX-License-Identifier: Apache-2.0
// CSV bodies. Two bytes of settings, then the text.
#include "fuzz/fuzz.h"
#include "fuzz/staged.h"

namespace boathouse::fuzz {

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
  scan_and_read(bytes, options, 1U + sizes / 8U);
}

}  // namespace boathouse::fuzz
