// SPDX-License-Identifier: Apache-2.0
#include "store/object_store.h"

#include "base/error.h"
#include "base/log.h"

namespace boathouse::store {

void remove_all_quietly(ObjectStore& store, std::span<const std::string> locations) noexcept {
  for (const std::string& location : locations) {
    try {
      store.remove(location);
    } catch (const std::exception& error) {
      // What stays is an object that nothing refers to; maintenance collects those.
      base::log_warning("store.leftover", {{"location", location}, {"why", error.what()}});
    }
  }
}

}  // namespace boathouse::store
