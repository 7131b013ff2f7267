// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/header_names.h"

#include <algorithm>
#include <unordered_map>

namespace boathouse::batch {

std::vector<std::string> header_names(std::vector<std::string> words) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> unnamed;
  std::unordered_map<std::string, std::size_t> taken;  // how often each name stands in the header now
  for (std::size_t i = 0; i < words.size(); ++i) {
    (words[i].empty() ? unnamed : order).push_back(i);
    if (words[i].empty()) words[i] = "Unnamed: " + std::to_string(i);
    ++taken[words[i]];
  }
  order.insert(order.end(), unnamed.begin(), unnamed.end());
  std::unordered_map<std::string, std::size_t> counts;
  for (std::size_t i : order) {
    const std::string written = words[i];
    std::string name = written;
    std::size_t count = counts[name];
    while (count > 0) {
      counts[written] = count + 1;
      name = written + "." + std::to_string(count);
      count = taken.contains(name) ? count + 1 : counts[name];
    }
    if (name != written) {
      if (--taken[written] == 0) taken.erase(written);
      ++taken[name];
    }
    words[i] = name;
    counts[name] = count + 1;
  }
  return words;
}

}  // namespace boathouse::batch
