// SPDX-License-Identifier: Apache-2.0
// The files of /docs and docs/openapi.json, in the binary. scripts/embed-docs writes the table at build time. Constant;
// any thread.
#pragma once

#include <span>
#include <string_view>

namespace boathouse::api::system {

struct EmbeddedFile {
  std::string_view name;  // "openapi.json", "docs/index.html", "docs/assets/start.js", "docs/errors/conflict.html"
  std::string_view media_type;
  std::string_view etag;  // strong, of the content, in its quotes
  std::string_view content;
  std::string_view gzip;  // the same, compressed; empty where that does not pay
};

// Sorted by name.
std::span<const EmbeddedFile> embedded_files();

// Null when there is no such file.
const EmbeddedFile* find_embedded(std::string_view name);

}  // namespace boathouse::api::system
