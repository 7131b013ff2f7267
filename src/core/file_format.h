// SPDX-License-Identifier: Apache-2.0
// What a file holds, by what its owner says, else by its first bytes and its name: how it is compressed, its format, and of
// CSV the delimiter and whether there is a header. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unfold.h"
#include "core/ingest.h"

namespace boathouse::core {

// What an owner says of files; what is not said is detected.
struct FileOptions {
  std::optional<BodyFormat> format{};
  std::optional<char> delimiter{};  // CSV
  std::optional<bool> header{};     // CSV
  bool operator==(const FileOptions&) const = default;
};

struct FileForm {
  BodyFormat format = BodyFormat::csv;
  char delimiter = ',';
  bool has_header = true;
};

// So much of a file's beginning is looked at.
inline constexpr std::size_t kFormatSample = 64 << 10;

// How the file is compressed, by its first bytes.
base::Folding folding_of(std::string_view first_bytes);

// `name` is the file's, `sample` the first kFormatSample bytes of what it holds once unfolded, or all of them; `columns` are
// those of the table that the rows go to, if there is one.
FileForm form_of(std::string_view name, std::string_view sample, const FileOptions& told,
                 const std::vector<std::string>& columns);

// The last segment of a key, and the same without what says how it is compressed and what it holds: "data/a.v1.csv.gz"
// gives "a.v1.csv.gz" and "a.v1".
std::string_view file_name_of(std::string_view key);
std::string_view stem_of(std::string_view file_name);

// "CSV delimited by ';' with a header", "Parquet"..
std::string to_text(const FileForm& form);

}  // namespace boathouse::core
