// SPDX-License-Identifier: Apache-2.0
#include "core/file_staging.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file_read.h"
#include "batch/blank_lines.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kPiece = 1 << 20;
// What the zstd command asks of a reader's memory at the most, unless it is told to ask for more (128 MiB).
constexpr int kZstdWindowLog = 27;

// From the beginning; less only at the end of the file.
std::string head_of(const fs::path& file, std::size_t most) {
  base::UniqueFd fd = base::open_for_read(file);
  std::string head(most, '\0');
  head.resize(base::read_all(fd.get(), head, "reading a staged file"));
  return head;
}

batch::Format scan_format(BodyFormat format) {
  if (format == BodyFormat::json) return batch::Format::json;
  return format == BodyFormat::ndjson ? batch::Format::ndjson : batch::Format::csv;
}

}  // namespace

bool FileStaging::link(const ObjectBytes& bytes, const fs::path& to) const {
  if (bytes.pieces().size() != 1) return false;
  std::error_code failed;
  fs::create_hard_link(files_.path_of(bytes.pieces().front().name), to, failed);
  return !failed;
}

void FileStaging::copy(ObjectBytes& bytes, StagedFile& staged) const {
  const base::UnfoldLimits limits{.what = "the file",
                                  .max_bytes = parts_.limits.max_unfolded_bytes,
                                  .max_ratio = parts_.limits.max_unfold_ratio,
                                  .zstd_window_log = kZstdWindowLog};
  auto unfolder = base::make_unfolder(staged.folding, limits);
  base::UniqueFd out = base::create_file(staged.path);
  const base::BytesConsumer write = [&](std::string_view plain) { base::write_all(out.get(), plain); };
  std::string piece(kPiece, '\0');
  bytes.select(0, bytes.size());
  while (std::size_t got = bytes.read(piece)) {
    progress_.check();
    unfolder->feed(std::string_view(piece).substr(0, got), write);
  }
  unfolder->finish();
}

void FileStaging::read(const fs::path& path, const std::function<bool(std::string_view)>& take) const {
  base::UniqueFd fd = base::open_for_read(path);
  std::string piece(kPiece, '\0');
  while (true) {
    progress_.check();
    const std::size_t got = base::read_some(fd.get(), piece, "reading a staged file");
    if (got == 0 || !take(std::string_view(piece).substr(0, got))) return;
  }
}

bool FileStaging::empty_blank_lines(const StagedFile& staged) const {
  bool may_have_some = false;
  char before = 0;
  read(staged.path, [&](std::string_view text) {
    may_have_some = batch::may_have_blank_lines(text, before);
    before = text.back();
    return !may_have_some;
  });
  if (!may_have_some) return false;

  const fs::path emptied = staged.folder->path() / "emptied";
  base::UniqueFd out = base::create_file(emptied);
  batch::BlankLines lines(staged.form.delimiter);
  read(staged.path, [&](std::string_view text) {
    lines.feed(text, [&](std::string_view kept) { base::write_all(out.get(), kept); });
    return true;
  });
  fs::rename(emptied, staged.path);
  return true;
}

batch::ScanSummary FileStaging::scan(const StagedFile& staged) const {
  batch::ScanOptions options{
      .format = scan_format(staged.form.format),
      .header = staged.form.has_header ? batch::Header::present : batch::Header::absent,
      .header_names = manners_ == FileManners::as_pandas ? batch::HeaderNames::mended : batch::HeaderNames::refused,
      .delimiter = staged.form.delimiter,
      .max_record_bytes = parts_.limits.max_line_bytes,
      .max_columns = parts_.limits.max_columns};
  auto scanner = batch::make_scanner(std::move(options));
  read(staged.path, [&](std::string_view text) {
    scanner->feed(text);
    return true;
  });
  return scanner->finish();
}

StagedFile FileStaging::bring(const base::WorkspaceId& workspace, ObjectBytes& bytes) const {
  StagedFile staged;
  staged.folder = std::make_unique<base::TemporaryFolder>(parts_.layout.staging_of(workspace));
  staged.path = staged.folder->path() / "body";
  if (bytes.size() == 0) throw base::Error(base::ErrorKind::invalid_argument, "the file is empty");
  std::string first(4, '\0');
  first.resize(bytes.read(first));
  staged.folding = folding_of(first);
  staged.is_linked = staged.folding == base::Folding::none && link(bytes, staged.path);
  if (!staged.is_linked) copy(bytes, staged);
  return staged;
}

StagedFile FileStaging::stage(const base::WorkspaceId& workspace, std::string_view name, ObjectBytes& bytes,
                              const FileOptions& told, const std::vector<std::string>& columns) const {
  StagedFile staged = bring(workspace, bytes);
  staged.form = form_of(name, head_of(staged.path, kFormatSample), told, columns);
  const bool is_csv = staged.form.format == BodyFormat::csv;
  if (is_csv && manners_ == FileManners::as_pandas && empty_blank_lines(staged)) {
    staged.form = form_of(name, head_of(staged.path, kFormatSample), told, columns);
  }
  if (staged.form.format != BodyFormat::parquet) {
    staged.scan = scan(staged);
  } else if (staged.is_linked) {
    // The engine writes into a Parquet body's footer, and nobody writes into an object.
    fs::remove(staged.path);
    copy(bytes, staged);
  }
  return staged;
}

}  // namespace boathouse::core
