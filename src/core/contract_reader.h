// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one JSON object and collects what is wrong with them: wrong types, unknown fields. Contracts and
// users of the installation are read with it, from JSON and from TOML alike. One thread.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::core {

// A mistake: `path` is "/column/0/min", for the line in a file; `column` is empty for an object that is no column.
struct FieldProblem {
  std::string path;
  std::string column;
  std::string key;
  std::string message;
};

class FieldReader {
 public:
  FieldReader(const boost::json::object& object, std::string path, std::vector<FieldProblem>& problems)
      : object_(object), path_(std::move(path)), problems_(problems) {}

  // For the problems told from now on.
  void set_column(std::string name) { column_ = std::move(name); }

  // The value of a field, nullptr when it is absent or null. Every field taken is known; the others are told by
  // finish().
  const boost::json::value* take(std::string_view key);
  // Empty, with a problem, when the field is there but of another type (or the number out of its range).
  std::optional<std::string> text(std::string_view key, std::size_t max_bytes = 64 * 1024);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view key);
  std::vector<std::string> texts(std::string_view key, std::size_t max_count);

  void problem(std::string_view key, std::string message);
  // Tells fields that nobody took.
  void finish();

 private:
  const boost::json::object& object_;
  std::string path_;
  std::vector<FieldProblem>& problems_;
  std::string column_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace boathouse::core
