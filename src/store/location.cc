// SPDX-License-Identifier: Apache-2.0
#include "store/location.h"

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::store {
namespace {

constexpr std::size_t kHashBytes = 12;

[[noreturn]] void refuse(const char* why) {
  throw base::Error(base::ErrorKind::invalid_argument, "not a usable location: " + std::string(why));
}

// Judges an absolute path part by part.
void check_path(std::string_view path) {
  if (path.empty() || path[0] != '/') refuse("it must be absolute");
  if (path.find('\0') != std::string_view::npos) refuse("it holds a NUL byte");
  std::size_t begin = 1;
  while (begin <= path.size() && path.size() > 1) {
    std::size_t end = std::min(path.find('/', begin), path.size());
    std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") refuse("an empty, '.' or '..' part");
    begin = end + 1;
  }
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string location_of(const std::filesystem::path& path) {
  check_path(path.native());
  return "file://" + path.native();
}

std::filesystem::path path_of(std::string_view location) {
  std::string_view path = location;
  if (path.starts_with("file://")) {
    path.remove_prefix(7);
  } else if (path.starts_with("file:/")) {
    path.remove_prefix(5);
  } else if (!path.starts_with('/')) {
    refuse("only file: locations are known");
  }
  check_path(path);
  return std::filesystem::path(path);
}

std::string join(std::string_view base, std::string_view relative) {
  while (base.ends_with('/')) base.remove_suffix(1);
  while (relative.starts_with('/')) relative.remove_prefix(1);
  return std::string(base).append("/").append(relative);
}

std::string path_segment(std::string_view value, std::size_t longest) {
  if (value.empty()) return "empty~";  // no other name has a '~' at its end with so little before it
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    bool inner_dot = c == '.' && i > 0 && i + 1 < value.size() && value[i - 1] != '.';
    if (is_plain(c) || inner_dot) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(kHex[static_cast<std::uint8_t>(c) & 15]);
    }
  }
  if (out.size() <= longest) return out;
  std::string hash = base::to_hex(base::sha256(value).substr(0, kHashBytes));
  out.resize(longest - hash.size() - 1);
  return out + "~" + hash;
}

}  // namespace boathouse::store
