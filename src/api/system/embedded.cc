// SPDX-License-Identifier: Apache-2.0
#include "api/system/embedded.h"

namespace boathouse::api::system {

const EmbeddedFile* find_embedded(std::string_view name) {
  std::span<const EmbeddedFile> files = embedded_files();
  auto found = std::lower_bound(files.begin(), files.end(), name,
                                [](const EmbeddedFile& file, std::string_view wanted) { return file.name < wanted; });
  return found != files.end() && found->name == name ? &*found : nullptr;
}

}  // namespace boathouse::api::system
