// SPDX-License-Identifier: Apache-2.0
// Footers of Parquet files. The bytes are the footer of a file of 1 MiB; adopting and clearing again must not change what
// it says of rows and pages.
#include "batch/parquet_footer.h"

#include "fuzz/fuzz.h"

namespace boathouse::fuzz {

void fuzz_one(std::string_view bytes) {
  constexpr std::uint64_t kDataEnd = 1 << 20;
  batch::ParquetFooter footer(bytes, kDataEnd);
  require(footer.pages_end() >= 4 && footer.pages_end() <= kDataEnd, "pages lie in the file");
  const batch::ParquetFacts facts = footer.facts();
  footer.drop_claims();
  const std::string cleared = footer.bytes();
  require(batch::ParquetFooter(cleared, kDataEnd).facts() == facts, "cleared, it says the same of its pages");
  if (!facts.flat) return;
  footer.set_field_ids(std::vector<int>(facts.columns.size(), 3));
  for (std::size_t group = 0; group < facts.groups.size(); ++group) {
    for (std::size_t column = 0; column < facts.columns.size(); ++column) {
      footer.set_stats(group, column, {.nulls = 1, .lower = std::string(1, '\1'), .upper = std::string(1, '\2')});
    }
    require(facts.groups[group].begin >= 4 && facts.groups[group].end <= kDataEnd, "row groups lie in the file");
    const std::uint64_t shift = facts.groups[group].begin - 4;
    batch::ParquetFooter part(footer.bytes(group, group + 1, shift), kDataEnd);
    require(part.facts().groups.size() == 1, "a part has its row group");
  }
  batch::ParquetFooter again(footer.bytes(), kDataEnd);
  require(again.facts() == facts, "adopted, it says the same of its pages");
}

}  // namespace boathouse::fuzz
