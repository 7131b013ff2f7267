// SPDX-License-Identifier: Apache-2.0
#include "api/common/accept.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "net/headers.h"

namespace boathouse::api {
namespace {

struct Range {
  std::string type;  // "text/csv", "text/*", "*/*"
  double q = 1;
};

std::vector<Range> parse_ranges(std::string_view accept) {
  std::vector<Range> out;
  for (std::string_view item : net::list_items(accept)) {
    auto value = net::parse_parameterized(item);
    if (!value) continue;
    const std::string* q = value->parameters.find("q");
    out.push_back({value->value, q ? std::strtod(q->c_str(), nullptr) : 1.0});
  }
  return out;
}

// 3 for the type itself, 2 for its family, 1 for anything, 0 for no match.
int specificity(const std::string& range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  bool family = range.ends_with("/*") && type.starts_with(std::string_view(range).substr(0, range.size() - 1));
  return family ? 2 : 0;
}

double quality(const std::vector<Range>& ranges, std::string_view type) {
  int best = 0;
  double q = 0;
  for (const Range& range : ranges) {
    int fits = specificity(range.type, type);
    if (fits > best) {
      best = fits;
      q = range.q;
    }
  }
  return q;
}

}  // namespace

std::optional<std::size_t> negotiate(std::string_view accept, std::span<const std::string_view> offered) {
  if (net::trim(accept).empty()) return 0;
  std::vector<Range> ranges = parse_ranges(accept);
  std::optional<std::size_t> best;
  double best_q = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    double q = quality(ranges, offered[i]);
    if (q > best_q) {
      best = i;
      best_q = q;
    }
  }
  return best;
}

}  // namespace boathouse::api
