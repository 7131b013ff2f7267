// SPDX-License-Identifier: Apache-2.0
#include "auth/sigv4_canonical.h"

#include <algorithm>

#include "base/encoding.h"

namespace boathouse::auth::sigv4 {
namespace {

constexpr std::string_view kSignature = "X-Amz-Signature";

// What is no valid escape stands for itself.
std::string decoded(std::string_view text, bool plus_is_space) {
  return base::percent_decode(text, plus_is_space).value_or(std::string(text));
}

// Calls `use` with each part between separators.
template <class Use>
void each_part(std::string_view text, char separator, Use use) {
  while (true) {
    std::size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

template <class Use>
void each_parameter(std::string_view query, Use use) {
  each_part(query, '&', [&](std::string_view parameter) {
    if (parameter.empty()) return;
    std::size_t equals = std::min(parameter.find('='), parameter.size());
    std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    use(decoded(parameter.substr(0, equals), true), decoded(value, true));
  });
}

std::string single_spaced(std::string_view text) {
  std::string out;
  for (char c : trim(text)) {
    if (c == '\t') c = ' ';
    if (c != ' ' || !out.ends_with(' ')) out.push_back(c);
  }
  return out;
}

std::string joined(const std::vector<std::string>& segments, bool ends_in_slash) {
  std::string out;
  for (const std::string& segment : segments) out += "/" + segment;
  if (out.empty() || ends_in_slash) out += "/";
  return out;
}

}  // namespace

std::optional<std::string_view> header_value(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (base::fold_case(key) == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  each_parameter(query, [&](const std::string& key, const std::string& value) {
    if (!found && key == name) found = value;
  });
  return found;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string canonical_path(std::string_view path, bool as_s3) {
  std::string out;
  std::vector<std::string> segments;
  each_part(path.substr(std::min<std::size_t>(1, path.size())), '/', [&](std::string_view segment) {
    if (as_s3) {
      out += "/" + base::percent_encode(decoded(segment, false));
    } else if (segment == ".." && !segments.empty()) {
      segments.pop_back();
    } else if (!segment.empty() && segment != "." && segment != "..") {
      segments.push_back(base::percent_encode(segment));
    }
  });
  return as_s3 ? out : joined(segments, path.ends_with('/'));
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  each_parameter(query, [&](const std::string& name, const std::string& value) {
    if (name != kSignature) parameters.emplace_back(base::percent_encode(name), base::percent_encode(value));
  });
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string canonical_value(const Request& request, std::string_view name) {
  std::string out;
  bool first = true;
  for (const auto& [key, value] : request.headers) {
    if (base::fold_case(key) != name) continue;
    if (!first) out.push_back(',');
    out += single_spaced(value);
    first = false;
  }
  return out;
}

}  // namespace boathouse::auth::sigv4
