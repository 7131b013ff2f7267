// SPDX-License-Identifier: Apache-2.0
#include "core/query_results.h"

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <span>

#include "base/error.h"
#include "base/file_read.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::uint64_t kRowsPerMark = 1024;
constexpr std::string_view kUnfinished = "unfinished-";
constexpr const char* kParquet = "rows.parquet";

void append_mark(std::string& index, std::uint64_t offset) {
  for (int shift = 0; shift < 64; shift += 8) index += static_cast<char>(offset >> shift & 0xff);
}

std::uint64_t read_mark(const fs::path& index, std::uint64_t number) {
  std::array<char, 8> bytes{};
  const base::UniqueFd file = base::open_for_read(index);
  if (base::read_all_at(file.get(), bytes, number * bytes.size()) != bytes.size()) {
    throw base::system_error(EIO, "reading the index of a kept result");
  }
  std::uint64_t offset = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) offset = offset << 8 | static_cast<unsigned char>(bytes[i]);
  return offset;
}

std::string to_text(const ResultAbout& about) {
  json::array columns;
  for (const engine::Column& column : about.columns) columns.push_back({{"name", column.name}, {"type", column.type}});
  json::array workspaces;
  for (const base::WorkspaceId& workspace : about.workspaces) workspaces.emplace_back(workspace.value);
  return json::serialize(json::object{{"columns", std::move(columns)},
                                      {"rows", about.rows},
                                      {"bytes", about.bytes},
                                      {"truncated", about.truncated},
                                      {"duration", about.duration},
                                      {"made_at", about.made_at},
                                      {"workspaces", std::move(workspaces)},
                                      {"no_parquet", about.no_parquet}});
}

ResultAbout parse_about(const std::string& text) {
  json::value value = json::parse(text);
  ResultAbout about{.columns = {},
                    .rows = value.at("rows").to_number<std::uint64_t>(),
                    .bytes = value.at("bytes").to_number<std::uint64_t>(),
                    .truncated = value.at("truncated").as_bool(),
                    .duration = value.at("duration").as_int64(),
                    .made_at = value.at("made_at").as_int64(),
                    .workspaces = {},
                    .no_parquet = "it was kept before there were such files"};
  if (const json::value* why = value.as_object().if_contains("no_parquet")) {
    about.no_parquet = json::value_to<std::string>(*why);
  }
  for (const json::value& column : value.at("columns").as_array()) {
    about.columns.push_back(
        {json::value_to<std::string>(column.at("name")), json::value_to<std::string>(column.at("type"))});
  }
  for (const json::value& workspace : value.at("workspaces").as_array()) {
    about.workspaces.emplace_back(json::value_to<std::string>(workspace));
  }
  return about;
}

void write_durably(const fs::path& path, std::string_view bytes) {
  base::UniqueFd file = base::create_file(path);
  base::write_all(file.get(), bytes);
  base::sync_file(file.get());
}

fs::path made(const fs::path& folder) {
  base::make_directories_durably(folder);
  return folder;
}

// The folders in `folder`; none when somebody removes it just now.
std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, gone)) folders.push_back(entry.path());
  return folders;
}

bool is_unfinished(const fs::path& folder) { return folder.filename().string().starts_with(kUnfinished); }

std::optional<KeptResult> open_result(const fs::path& folder) {
  if (is_unfinished(folder) || !fs::exists(folder / "about")) return std::nullopt;
  return KeptResult(folder, parse_about(base::read_file(folder / "about")));
}

void remove_folder(const fs::path& folder) {
  // Without `about` it is nothing any more, so that whoever looks meanwhile finds all or nothing.
  base::remove_quietly(folder / "about");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace

ResultRows KeptResult::rows(std::uint64_t first, std::uint64_t count) const {
  ResultRows rows{.file = base::open_for_read(folder_ / "rows")};
  rows.count = std::min(count, about_.rows - first);
  rows.begin = offset_of(rows.file, first);
  rows.end = offset_of(rows.file, first + rows.count);
  return rows;
}

fs::path KeptResult::parquet() const {
  if (about_.no_parquet.empty()) return folder_ / kParquet;
  throw base::Error(base::ErrorKind::invalid_argument, "this result cannot be Parquet: " + about_.no_parquet);
}

std::uint64_t KeptResult::offset_of(const base::UniqueFd& rows, std::uint64_t row) const {
  if (row >= about_.rows) return about_.bytes;
  std::uint64_t offset = read_mark(folder_ / "index", row / kRowsPerMark);
  std::string piece(256 << 10, '\0');
  for (std::uint64_t to_skip = row % kRowsPerMark; to_skip > 0;) {
    std::string_view bytes(piece.data(), base::read_some_at(rows.get(), piece, offset, "reading a kept result"));
    if (bytes.empty()) throw base::system_error(EIO, "reading a kept result");
    std::size_t at = 0;
    while (to_skip > 0 && at < bytes.size()) {
      std::size_t end = bytes.find('\n', at);
      at = end == std::string_view::npos ? bytes.size() : end + 1;
      if (end != std::string_view::npos) --to_skip;
    }
    offset += at;
  }
  return offset;
}

ResultWriter::ResultWriter(fs::path folder, Progress& progress)
    : folder_(std::move(folder)),
      progress_(progress),
      unfinished_(folder_.parent_path(), kUnfinished),
      file_(base::create_file(unfinished_.path() / "rows")) {}

void ResultWriter::on_bytes(std::string_view bytes) {
  if (about_.bytes == 0 && !bytes.empty()) append_mark(index_, 0);
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n', end + 1)) {
    if (++about_.rows % kRowsPerMark == 0) append_mark(index_, about_.bytes + end + 1);
  }
  base::write_all(file_.get(), bytes);
  about_.bytes += bytes.size();
  progress_.advance(static_cast<std::int64_t>(about_.rows), 0, "rows");
}

void ResultWriter::on_file(std::string_view bytes) {
  if (!parquet_) parquet_ = base::create_file(unfinished_.path() / kParquet);
  base::write_all(parquet_.get(), bytes);
}

ResultAbout ResultWriter::finish(const engine::QueryResult& result, base::Micros duration,
                                 std::vector<base::WorkspaceId> workspaces) {
  about_.truncated = result.truncated;
  about_.no_parquet = result.no_file;
  about_.duration = duration;
  about_.made_at = base::now_micros();
  about_.workspaces = std::move(workspaces);
  base::sync_file(file_.get());
  if (parquet_) base::sync_file(parquet_.get());
  write_durably(unfinished_.path() / "index", index_);
  write_durably(unfinished_.path() / "about", to_text(about_));
  base::sync_directory(unfinished_.path());
  base::move_file_durably(unfinished_.path(), folder_);
  return about_;
}

QueryResults::QueryResults(fs::path root) : root_(made(root)) {
  for (const fs::path& workspace : folders_in(root_)) {
    for (const fs::path& result : folders_in(workspace)) {
      if (is_unfinished(result)) remove_folder(result);
    }
  }
}

fs::path QueryResults::folder_of(const base::WorkspaceId& workspace, const base::JobId& job) const {
  return root_ / workspace.value / job.value;
}

ResultWriter QueryResults::write(const base::WorkspaceId& workspace, const base::JobId& job, Progress& progress) const {
  return {made(root_ / workspace.value) / job.value, progress};
}

std::optional<KeptResult> QueryResults::find(const base::WorkspaceId& workspace, const base::JobId& job) const {
  return open_result(folder_of(workspace, job));
}

void QueryResults::remove(const base::WorkspaceId& workspace, const base::JobId& job) const {
  remove_folder(folder_of(workspace, job));
}

std::uint64_t QueryResults::bytes_of(const base::WorkspaceId& workspace) const {
  std::uint64_t bytes = 0;
  for (const fs::path& folder : folders_in(root_ / workspace.value)) {
    for (const char* name : {"rows", kParquet}) {
      std::error_code gone;
      std::uint64_t size = fs::file_size(folder / name, gone);
      if (!gone) bytes += size;
    }
  }
  return bytes;
}

std::int64_t QueryResults::remove_older(base::Micros made_before) const {
  std::int64_t removed = 0;
  for (const fs::path& workspace : folders_in(root_)) {
    for (const fs::path& folder : folders_in(workspace)) {
      auto result = open_result(folder);
      if (!result || result->about().made_at > made_before) continue;
      remove_folder(folder);
      ++removed;
    }
  }
  return removed;
}

}  // namespace boathouse::core
