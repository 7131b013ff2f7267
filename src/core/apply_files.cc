// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <system_error>

#include "auth/passwords.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "base/paths.h"
#include "core/apply_files_entries.h"
#include "core/apply_files_sinks.h"
#include "core/apply_files_triggers.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uintmax_t kMaxFileBytes = 16 * 1024 * 1024;
constexpr const char* kUsersFile = "users.toml";

// The file that a name under DIR leads to, unless it is none of ours to read.
class Folder {
 public:
  Folder(fs::path root, std::vector<FileProblem>& problems) : root_(fs::canonical(root)), problems_(problems) {}

  // The text of a file by its path relative to DIR; nullopt, with a problem, when it cannot be read.
  std::optional<std::string> read(const fs::path& relative) {
    std::error_code failed;
    fs::path real = fs::canonical(root_ / relative, failed);
    if (failed) return refuse(relative, "cannot be read: " + failed.message());
    if (!base::lies_in(real, root_)) return refuse(relative, "is a symbolic link that leads out of the folder");
    if (!fs::is_regular_file(real, failed)) return refuse(relative, "is no file");
    if (fs::file_size(real, failed) > kMaxFileBytes) return refuse(relative, "is larger than 16 MiB");
    try {
      std::string text = base::read_file(real);
      if (!base::is_utf8(text)) return refuse(relative, "is not valid UTF-8");
      return text;
    } catch (const base::Error&) {
      return refuse(relative, "cannot be read");
    }
  }

  bool has(const fs::path& relative) const {
    std::error_code failed;
    return fs::exists(fs::symlink_status(root_ / relative, failed));
  }

  // The files below a folder with that extension, relative to DIR, sorted; hidden ones are left out.
  std::vector<fs::path> list(const fs::path& folder, std::string_view extension) {
    std::vector<fs::path> out;
    if (has(folder)) collect(folder, extension, out);
    std::sort(out.begin(), out.end());
    return out;
  }

  // Files that look like ours where nobody reads them: a misspelt name would otherwise be passed over in silence. Notes
  // (*.md), hidden files and files of other kinds beside the folders are fine.
  void refuse_strays() {
    std::error_code failed;
    for (fs::recursive_directory_iterator at(root_, failed), end; !failed && at != end; at.increment(failed)) {
      fs::path relative = at->path().lexically_relative(root_);
      if (relative.filename().native().starts_with('.')) {
        at.disable_recursion_pending();
      } else if (!at->is_directory(failed) && is_stray(relative)) {
        refuse(relative,
               "is no file that is read: tables are tables/NAME.toml, insights are insights/NAME.sql, beside them are "
               "users.toml, triggers.toml and sinks.toml");
      }
    }
  }

 private:
  void collect(const fs::path& folder, std::string_view extension, std::vector<fs::path>& out) {
    std::error_code failed;
    if (fs::is_symlink(root_ / folder, failed)) {
      refuse(folder, "is a symbolic link: folders have to be real ones");
      return;
    }
    fs::directory_iterator entries(root_ / folder, failed);
    if (failed) {
      refuse(folder, "cannot be read: " + failed.message());
      return;
    }
    for (const fs::directory_entry& entry : entries) {
      fs::path name = entry.path().filename();
      if (name.native().starts_with('.')) continue;
      if (entry.is_directory(failed)) {
        collect(folder / name, extension, out);
      } else if (name.extension() == extension) {
        out.push_back(folder / name);
      }
    }
  }

  static bool is_stray(const fs::path& relative) {
    const fs::path folder = *relative.begin();
    const fs::path extension = relative.extension();
    if (folder != relative && folder == "tables") return extension != ".toml" && extension != ".md";
    if (folder != relative && folder == "insights") return extension != ".sql" && extension != ".md";
    for (const char* known : {kUsersFile, kTriggersFile, kSinksFile, "boathouse.toml"}) {
      if (relative == known) return false;
    }
    return extension == ".toml" || extension == ".sql";
  }

  std::nullopt_t refuse(const fs::path& relative, std::string message) {
    problems_.push_back({.file = relative.string(), .line = 1, .key = {}, .message = std::move(message)});
    return std::nullopt;
  }

  const fs::path root_;
  std::vector<FileProblem>& problems_;
};

// "tables/a/b.toml" is "a/b".
std::string name_of(const fs::path& relative) {
  fs::path inner = relative.lexically_relative(*relative.begin());
  return inner.replace_extension().generic_string();
}

// Names of one workspace, compared without case.
class Names {
 public:
  bool add(const std::string& workspace, const std::string& name) {
    return seen_.emplace(workspace, base::fold_case(name)).second;
  }

 private:
  std::set<std::pair<std::string, std::string>> seen_;
};

UserEntry read_user(FieldReader& fields, const EnvironmentLookup& environment) {
  UserEntry user;
  if (auto name = fields.text("name")) {
    user.name = *name;
    if (auto wrong = complaint([&] { base::check_user_name(*name); })) fields.problem("name", *wrong);
  } else if (fields.take("name") == nullptr) {
    fields.problem("name", "is missing");
  }
  user.email = fields.text("email", 254);
  user.temporary = fields.boolean("temporary").value_or(false);
  user.workspace = fields.text("workspace");
  if (user.workspace) {
    if (auto wrong = workspace_complaint(*user.workspace)) fields.problem("workspace", *wrong);
  }
  user.role = fields.text("role");
  if (user.role && *user.role != "owner" && *user.role != "editor" && *user.role != "viewer") {
    fields.problem("role", "must be \"owner\", \"editor\" or \"viewer\"");
  }
  auto password = fields.text("password", auth::kMaxPasswordBytes);
  auto variable = fields.text("password_env");
  if (password.has_value() == variable.has_value()) {
    fields.problem("password", "say one of password and password_env");
    return user;
  }
  std::string key = password ? "password" : "password_env";
  if (variable) {
    password = environment(*variable);
    if (!password) fields.problem(key, fmt::format("the environment variable {} is not set", *variable));
  }
  if (password) {
    user.password = *password;
    auto wrong = complaint([&] { auth::check_password(*password, auth::PasswordRules::full); });
    if (wrong) fields.problem(key, *wrong);
  }
  return user;
}

class Reader {
 public:
  Reader(const fs::path& directory, const EnvironmentLookup& environment, Installation& out)
      : folder_(directory, out.problems), environment_(environment), out_(out) {}

  void run() {
    if (auto text = read_if_there(kUsersFile)) read_users(*text);
    folder_.refuse_strays();
    for (const fs::path& path : folder_.list("tables", ".toml")) read_table(path);
    for (const fs::path& path : folder_.list("insights", ".sql")) read_insight(path);
    if (auto text = read_if_there(kTriggersFile)) read_triggers(*text, out_);
    if (auto text = read_if_there(kSinksFile)) read_sinks(*text, environment_, out_);
  }

 private:
  std::optional<std::string> read_if_there(const char* file) {
    return folder_.has(file) ? folder_.read(file) : std::nullopt;
  }

  void problem(const fs::path& file, int line, std::string key, std::string message) {
    out_.problems.push_back(
        {.file = file.string(), .line = line, .key = std::move(key), .message = std::move(message)});
  }

  void read_users(std::string_view text) {
    std::vector<UserEntry> users;
    auto read = [&](const json::object&, FieldReader& fields, EntryPlace place) {
      UserEntry& user = users.emplace_back(read_user(fields, environment_));
      user.place = std::move(place);
      return EntryName{.name = user.name};
    };
    const EntryFile file{.file = kUsersFile, .key = "user", .keys = {"workspace", "email"}};
    if (read_entries(file, text, read, out_.problems)) out_.users = std::move(users);
  }

  void read_table(const fs::path& path) {
    TableEntry table{.workspace = "main", .name = name_of(path), .contract = {}, .place = {}};
    table.place.file = path.string();
    auto text = folder_.read(path);
    if (!text) return;
    std::size_t before = out_.problems.size();
    if (auto wrong = complaint([&] { base::check_name(table.name, "table"); })) problem(path, 1, "", *wrong);
    auto file = parse_contract_toml(*text, table.place.file, out_.problems);
    if (!file) return;
    table.workspace = file->workspace.value_or("main");
    table.place.keys["workspace"] = file->workspace_line;
    if (auto wrong = workspace_complaint(table.workspace)) problem(path, file->workspace_line, "workspace", *wrong);
    if (!table_names_.add(table.workspace, table.name)) {
      problem(path, 1, "", "another file has this table's name: names are compared without case");
    }
    table.contract = std::move(file->contract);
    if (out_.problems.size() == before) out_.tables.push_back(std::move(table));
  }

  void read_insight(const fs::path& path) {
    InsightEntry insight;
    insight.workspace = "main";
    insight.name = name_of(path);
    insight.place.file = path.string();
    auto text = folder_.read(path);
    if (!text) return;
    std::size_t before = out_.problems.size();
    if (auto wrong = complaint([&] { base::check_name(insight.name, "insight"); })) problem(path, 1, "", *wrong);
    std::size_t start = read_header(path, *text, insight);
    insight.sql = text->substr(start);
    if (insight.sql.empty()) problem(path, insight.place.line, "sql", "there is no statement in the file");
    if (!insight_names_.add(insight.workspace, insight.name)) {
      problem(path, 1, "", "another file has this insight's name: names are compared without case");
    }
    if (out_.problems.size() == before) out_.insights.push_back(std::move(insight));
  }

  // Takes the comment and blank lines at the top; returns where the statement begins.
  std::size_t read_header(const fs::path& path, const std::string& text, InsightEntry& insight) {
    std::size_t start = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    int line_number = 1;
    while (start < text.size()) {
      std::size_t end = std::min(text.find('\n', start), text.size());
      std::string line = trim(text.substr(start, end - start));
      if (!line.empty() && !line.starts_with("--")) break;
      if (!line.empty()) read_header_line(path, line_number, trim(line.substr(2)), insight);
      start = std::min(end + 1, text.size());
      ++line_number;
    }
    insight.place.line = line_number;
    return start;
  }

  void read_header_line(const fs::path& path, int line_number, const std::string& comment, InsightEntry& insight) {
    std::size_t colon = comment.find(':');
    if (colon == std::string::npos) return;
    std::string key = trim(comment.substr(0, colon));
    std::string value = trim(comment.substr(colon + 1));
    if (key == "description") {
      insight.description = value;
    } else if (key == "workspace") {
      insight.workspace = value;
      insight.place.keys["workspace"] = line_number;
      if (auto wrong = workspace_complaint(value)) problem(path, line_number, key, *wrong);
    } else if (key == "public") {
      insight.is_public = value == "true";
      if (value != "true" && value != "false") problem(path, line_number, key, "must be true or false");
    } else if (looks_like_key(key)) {
      problem(path, line_number, key, "is unknown: description, public and workspace are known, in lower case");
    }
  }

  // A word in lower case, or one of ours in another: anything else before a colon is prose.
  static bool looks_like_key(const std::string& text) {
    const std::string folded = base::fold_case(text);
    if (folded == "description" || folded == "public" || folded == "workspace") return true;
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  }

  static std::string trim(const std::string& text) {
    std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  }

  Folder folder_;
  const EnvironmentLookup& environment_;
  Installation& out_;
  Names table_names_;
  Names insight_names_;
};

// The key that an error of applying is about; empty when it is about the entry as a whole.
std::string key_of(const base::Error& error) {
  const json::value* field = error.detail().if_contains("field");
  if (field != nullptr && field->is_string()) return std::string(field->as_string());
  return error.kind() == base::ErrorKind::not_found ? "workspace" : "";
}

// How many lines of an SQL text end before a byte.
int lines_before(std::string_view sql, std::size_t position) {
  return static_cast<int>(std::ranges::count(sql.substr(0, position), '\n'));
}

}  // namespace

FileProblem problem_at(const EntryPlace& place, const base::Error& error, std::string_view sql) {
  FileProblem problem{.file = place.file, .line = place.line, .key = {}, .message = error.message()};
  if (auto key = place.keys.find(key_of(error)); key != place.keys.end()) {
    problem.key = key->first;
    problem.line = key->second;
    return problem;
  }
  const json::value* position = error.detail().if_contains("position");
  if (position != nullptr && position->is_number())
    problem.line += lines_before(sql, position->to_number<std::size_t>());
  return problem;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Installation read_installation(const fs::path& directory, const EnvironmentLookup& environment) {
  std::error_code failed;
  if (!fs::is_directory(directory, failed)) {
    throw base::Error(base::ErrorKind::not_found, fmt::format("\"{}\" is no folder", directory.string()));
  }
  Installation out;
  Reader(directory, environment, out).run();
  return out;
}

}  // namespace boathouse::core
