// SPDX-License-Identifier: Apache-2.0
// What a file holds, by its first bytes. A byte that chooses its name, then the bytes.
#include "core/file_format.h"

#include "fuzz/fuzz.h"

namespace boathouse::fuzz {

void fuzz_one(std::string_view bytes) {
  static constexpr std::string_view kNames[] = {"a.csv", "a.tsv.gz", "a.json", "a", "a.ndjson.zst", "a.parquet"};
  const std::uint8_t choice = take_byte(bytes);
  core::folding_of(bytes);
  const core::FileForm form = core::form_of(kNames[choice % std::size(kNames)], bytes, {}, {"id", "name"});
  require(!core::to_text(form).empty(), "every form has a name");
  core::FileOptions told{.format = core::BodyFormat::csv, .delimiter = '|', .header = false};
  const core::FileForm as_told = core::form_of("a", bytes, told, {});
  require(as_told.format == core::BodyFormat::csv && as_told.delimiter == '|' && !as_told.has_header,
          "what is told is not detected");
}

}  // namespace boathouse::fuzz
