// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <algorithm>

#include "base/error.h"
#include "net/headers.h"

namespace boathouse::net {
namespace {

base::Error bad_url(std::string_view text) {
  return base::Error(base::ErrorKind::invalid_argument,
                     "'" + std::string(text) + "' is no URL like http://host:8000/path or https://host/path");
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

}  // namespace

std::string Url::authority() const {
  std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

Url parse_url(std::string_view text) {
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_visible(text)) throw bad_url(text);
  Url url;
  url.tls = equals_ignoring_case(text.substr(0, colon), "https");
  if (!url.tls && !equals_ignoring_case(text.substr(0, colon), "http")) throw bad_url(text);
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target = "/" + url.target;
  std::size_t host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (host_end == std::string_view::npos) throw bad_url(text);
    url.host = authority.substr(1, host_end - 1);
    ++host_end;
  } else {
    host_end = std::min(host_end, authority.size());
    url.host = authority.substr(0, host_end);
  }
  std::string_view port = authority.substr(host_end);
  bool digits = port.size() <= 6 &&
                std::all_of(port.begin(), port.end(), [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
  if (url.host.empty() || url.host.find('@') != std::string::npos || !digits ||
      (!port.empty() && (port[0] != ':' || port.rfind(':') != 0))) {
    throw bad_url(text);
  }
  url.port = port.size() > 1 ? std::string(port.substr(1)) : url.tls ? "443" : "80";
  return url;
}

}  // namespace boathouse::net
