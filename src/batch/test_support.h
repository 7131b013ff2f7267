// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: scanning a text in chunks, a staged file, the error that a call throws.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "batch/scanner.h"
#include "batch/staged_spec.h"

namespace boathouse::batch {

inline ScanSummary scan(std::string_view text, ScanOptions options = {}, std::size_t chunk = 1 << 20) {
  auto scanner = make_scanner(std::move(options));
  for (std::size_t pos = 0; pos < text.size(); pos += chunk) {
    // A copy of its own for each chunk: reading past it is an error that the sanitizer sees.
    std::string part(text.substr(pos, chunk));
    scanner->feed(part);
  }
  return scanner->finish();
}

template <typename Call>
base::Error error_of(Call call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {base::ErrorKind::internal, "no error"};
}

struct Place {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::uint64_t byte = 0;
  bool operator==(const Place&) const = default;
};

inline void PrintTo(const Place& place, std::ostream* out) {
  *out << place.line << ":" << place.column << " @" << place.byte;
}

inline std::optional<Place> place_of(const base::Error& error) {
  const auto& detail = error.detail();
  if (!detail.contains("line")) return std::nullopt;
  return Place{detail.at("line").to_number<std::uint64_t>(), detail.at("column").to_number<std::uint64_t>(),
               detail.at("byte").to_number<std::uint64_t>()};
}

// A staged file with this text.
class StagedFile {
 public:
  explicit StagedFile(std::string_view text) : folder_(std::filesystem::temp_directory_path(), "batch-test-") {
    base::UniqueFd file = base::create_file(path());
    base::write_all(file.get(), text);
  }
  std::filesystem::path path() const { return folder_.path() / "body"; }

 private:
  base::TemporaryFolder folder_;
};

}  // namespace boathouse::batch
