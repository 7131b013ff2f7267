// SPDX-License-Identifier: Apache-2.0
#include "api/common/query_params.h"

#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api {
namespace {

base::Error wrong_param(std::string_view name, std::string message) {
  return base::Error(base::ErrorKind::invalid_argument, std::move(message)).with("parameter", std::string(name));
}

}  // namespace

void allow_params(const net::Request& request, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : request.query.items) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw wrong_param(name, fmt::format("there is no query parameter \"{}\" here", name));
    }
    if (request.query.all(name).size() > 1) {
      throw wrong_param(name, fmt::format("the query parameter \"{}\" is given twice", name));
    }
  }
}

std::optional<std::string> text_param(const net::Request& request, std::string_view name) {
  const std::string* value = request.query.find(name);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<bool> flag_param(const net::Request& request, std::string_view name) {
  const std::string* value = request.query.find(name);
  if (!value) return std::nullopt;
  if (*value == "true") return true;
  if (*value == "false") return false;
  throw wrong_param(name, fmt::format("\"{}\" is true or false", name));
}

std::optional<std::int64_t> number_param(const net::Request& request, std::string_view name, std::int64_t least,
                                         std::int64_t most) {
  const std::string* value = request.query.find(name);
  if (!value) return std::nullopt;
  auto number = base::parse_number<std::int64_t>(*value);
  if (!number || *number < least || *number > most) {
    throw wrong_param(name, fmt::format("\"{}\" is a whole number from {} to {}", name, least, most));
  }
  return number;
}

std::vector<std::string> list_param(const net::Request& request, std::string_view name) {
  std::vector<std::string> out;
  const std::string* value = request.query.find(name);
  if (!value) return out;
  std::string_view rest = *value;
  while (true) {
    std::size_t comma = rest.find(',');
    std::string_view item = net::trim(rest.substr(0, comma));
    if (item.empty()) throw wrong_param(name, fmt::format("\"{}\" is a list of names with commas between them", name));
    out.emplace_back(item);
    if (comma == std::string_view::npos) return out;
    rest.remove_prefix(comma + 1);
  }
}

core::Page page_params(const net::Request& request, std::size_t otherwise) {
  auto limit = number_param(request, "limit", 1, kMaxPageLimit);
  return {.limit = limit ? static_cast<std::size_t>(*limit) : otherwise,
          .token = std::string(request.query.get("page_token"))};
}

boost::json::object page_of(std::string_view name, boost::json::array all, const core::Page& page) {
  std::size_t begin = std::min(core::rows_to_skip(page), all.size());
  std::size_t end = std::min(begin + page.limit, all.size());
  boost::json::object answer;
  answer[name] = boost::json::array(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                    all.begin() + static_cast<std::ptrdiff_t>(end));
  if (end < all.size()) answer["next_page_token"] = std::to_string(end);
  return answer;
}

}  // namespace boathouse::api
