// SPDX-License-Identifier: Apache-2.0
#include "net/conditional.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "net/http_date.h"

namespace boathouse::net {
namespace {

constexpr std::string_view kWeak = "W/";

// Tags are quoted and may hold commas. What is no tag ends the list.
std::vector<std::string_view> tags_of(std::string_view list) {
  std::vector<std::string_view> tags;
  while (true) {
    std::size_t begin = list.find_first_not_of(", \t");
    if (begin == std::string_view::npos) return tags;
    list.remove_prefix(begin);
    std::size_t open = list.starts_with(kWeak) ? kWeak.size() : 0;
    if (open >= list.size() || list[open] != '"') return tags;
    std::size_t close = list.find('"', open + 1);
    if (close == std::string_view::npos) return tags;
    tags.push_back(list.substr(0, close + 1));
    list.remove_prefix(close + 1);
  }
}

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with(kWeak)) tag.remove_prefix(kWeak.size());
  return tag;
}

enum class Comparison { strong, weak };

bool names(std::string_view list, std::string_view etag, Comparison comparison) {
  if (trim(list) == "*") return true;
  std::vector<std::string_view> tags = tags_of(list);
  return std::any_of(tags.begin(), tags.end(), [&](std::string_view tag) {
    return (comparison == Comparison::weak ? without_weakness(tag) : tag) == etag;
  });
}

// Dates have whole seconds.
base::Micros second_of(base::Micros at) { return at - at % base::kSecond; }

// The second of a date header where both it and the thing's own are known.
std::optional<base::Micros> date_beside(const Request& request, std::string_view name, const Validators& validators) {
  const std::string* text = request.headers.find(name);
  return text != nullptr && validators.modified ? parse_http_date(*text) : std::nullopt;
}

bool fails_match(const Request& request, const Validators& validators) {
  if (request.headers.has("If-Match")) {
    return !names(request.headers.joined("If-Match"), validators.etag, Comparison::strong);
  }
  auto since = date_beside(request, "If-Unmodified-Since", validators);
  return since && second_of(*validators.modified) > *since;
}

// Whether the client's part is of these bytes, so that the rest of them fits to it.
bool part_still_fits(const Request& request, const Validators& validators) {
  const std::string* condition = request.headers.find("If-Range");
  if (condition == nullptr) return true;
  if (trim(*condition).ends_with('"')) return trim(*condition) == validators.etag;
  auto at = date_beside(request, "If-Range", validators);
  return at && *at == second_of(*validators.modified);
}

struct Range {
  std::optional<std::uint64_t> first;  // without one, `last` counts from the end
  std::optional<std::uint64_t> last;
};

// False for what is no number; one too large to be held is the largest.
bool read_number(std::string_view text, std::optional<std::uint64_t>& number) {
  if (text.empty()) return true;
  std::uint64_t value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc::result_out_of_range) value = std::numeric_limits<std::uint64_t>::max();
  number = value;
  return failed != std::errc::invalid_argument && end == text.data() + text.size();
}

// The one range of a header; nullopt where it is malformed, of another unit, or several.
std::optional<Range> parse_range(std::string_view header) {
  constexpr std::string_view kUnit = "bytes";
  std::size_t equals = header.find('=');
  if (equals == std::string_view::npos || !equals_ignoring_case(trim(header.substr(0, equals)), kUnit)) {
    return std::nullopt;
  }
  std::string_view text = header.substr(equals + 1);
  while (!text.empty() && std::string_view(", \t").find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && std::string_view(", \t").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  Range range;
  if (!read_number(text.substr(0, dash), range.first) || !read_number(text.substr(dash + 1), range.last)) {
    return std::nullopt;
  }
  if (!range.first && !range.last) return std::nullopt;
  if (range.first && range.last && *range.last < *range.first) return std::nullopt;
  return range;
}

void select_range(Selection& selection, const Range& range) {
  const std::uint64_t whole = selection.whole;
  if (whole == 0 && !range.first && *range.last > 0) return;  // the last bytes of none are all that there are
  std::uint64_t first = range.first ? *range.first : whole - std::min(whole, *range.last);
  if (first >= whole) {
    selection.status = 416;
    selection.length = 0;
    return;
  }
  std::uint64_t last = range.first && range.last ? std::min(*range.last, whole - 1) : whole - 1;
  selection.status = 206;
  selection.offset = first;
  selection.length = last - first + 1;
}

}  // namespace

bool is_known(const Request& request, const Validators& validators) {
  if (request.headers.has("If-None-Match")) {
    return names(request.headers.joined("If-None-Match"), validators.etag, Comparison::weak);
  }
  auto since = date_beside(request, "If-Modified-Since", validators);
  return since && second_of(*validators.modified) <= *since;
}

Selection select_part(const Request& request, const Validators& validators, std::uint64_t whole) {
  if (fails_match(request, validators)) return {.status = 412, .offset = 0, .length = 0, .whole = whole};
  if (is_known(request, validators)) return {.status = 304, .offset = 0, .length = 0, .whole = whole};
  Selection selection{.status = 200, .offset = 0, .length = whole, .whole = whole};
  if (request.method != "GET" || request.headers.count("Range") != 1) return selection;
  auto range = parse_range(request.headers.get("Range"));
  if (range && part_still_fits(request, validators)) select_range(selection, *range);
  return selection;
}

void tell_part(Response& response, const Validators& validators, const Selection& selection) {
  response.status = selection.status;
  response.headers.set("ETag", validators.etag);
  if (validators.modified) response.headers.set("Last-Modified", to_http_date(*validators.modified));
  response.headers.set("Accept-Ranges", "bytes");
  if (selection.status == 206) {
    response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", selection.offset,
                                                      selection.offset + selection.length - 1, selection.whole));
  } else if (selection.status == 416) {
    response.headers.set("Content-Range", fmt::format("bytes */{}", selection.whole));
  }
}

Response conditional_response(const Request& request, const Validators& validators, FileBody whole,
                              std::string content_type) {
  Selection selection = select_part(request, validators, whole.length);
  Response response;
  tell_part(response, validators, selection);
  if (selection.status != 200 && selection.status != 206) return response;
  response.headers.set("Content-Type", std::move(content_type));
  whole.offset += selection.offset;
  whole.length = selection.length;
  response.body = std::move(whole);
  return response;
}

}  // namespace boathouse::net
