// SPDX-License-Identifier: Apache-2.0
// Locations: the absolute URIs under which tables, their metadata and their data files are known. A location is
// `file://` and the absolute path, byte for byte: nothing is percent-encoded or decoded on the way, in either direction,
// because that is how every Iceberg reader (Java, pyiceberg, DuckDB, Spark) takes a `file:` location. Names that are made
// from people's values go through path_segment() first, so that a location needs no escaping anywhere. This is the one
// place that turns locations into paths. Pure, any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace boathouse::store {

// `file:///a/b` for "/a/b", which must be absolute and without empty, "." or ".." parts: Error{invalid_argument}.
std::string location_of(const std::filesystem::path& path);

// The path of a location: `file:///a/b`, `file:/a/b` or a bare "/a/b". Error{invalid_argument} for another scheme, an
// authority, a relative path, an empty, "." or ".." part, or a NUL.
std::filesystem::path path_of(std::string_view location);

// `base` and `relative` joined by one '/'.
std::string join(std::string_view base, std::string_view relative);

// One folder or file name for any value: [A-Za-z0-9_-] and inner single dots stay, every other byte becomes %XX; the
// empty value is "empty~"; a name past `longest` bytes is cut and ends in "~" and a hash of the whole. Two values never share a
// name; none is "." or ".." and none holds a character that a shell, a URI or a glob takes to mean something.
inline constexpr std::size_t kLongestSegment = 160;
std::string path_segment(std::string_view value, std::size_t longest = kLongestSegment);

}  // namespace boathouse::store
