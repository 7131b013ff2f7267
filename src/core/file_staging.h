// SPDX-License-Identifier: Apache-2.0
// The bytes of an object as a batch at rest: linked or unfolded into staging, their format found, scanned. Blocking; any
// thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "batch/scanner.h"
#include "core/file_format.h"
#include "core/object_bytes.h"
#include "core/progress.h"

namespace boathouse::core {

struct StagedFile {
  std::unique_ptr<base::TemporaryFolder> folder{};
  std::filesystem::path path{};  // in it
  base::Folding folding = base::Folding::none;
  bool is_linked = false;  // the very file of the object
  FileForm form{};
  batch::ScanSummary scan{};  // of text formats
};

// How CSV is read that is odd.
enum class FileManners : std::uint8_t {
  strict,     // names of a header are told apart by who sends them, and a line of blanks is a record
  as_pandas,  // names are mended (batch::HeaderNames), and lines of blanks are no records, as pandas.read_csv has it
};

class FileStaging {
 public:
  FileStaging(const Parts& parts, const ObjectFiles& files, Progress& progress,
              FileManners manners = FileManners::strict)
      : parts_(parts), files_(files), progress_(progress), manners_(manners) {}

  // The bytes alone, unfolded: nothing is looked for in them. Error{invalid_argument} where there are none.
  StagedFile bring(const base::WorkspaceId& workspace, ObjectBytes& bytes) const;

  // `columns` are those of the table that the rows go to. Error{invalid_argument} for bytes that cannot be read as what
  // they are, {too_large} past a limit, {cancelled}.
  StagedFile stage(const base::WorkspaceId& workspace, std::string_view name, ObjectBytes& bytes,
                   const FileOptions& told, const std::vector<std::string>& columns) const;

 private:
  bool link(const ObjectBytes& bytes, const std::filesystem::path& to) const;
  void copy(ObjectBytes& bytes, StagedFile& staged) const;
  // Piece by piece, until `take` says false.
  void read(const std::filesystem::path& path, const std::function<bool(std::string_view)>& take) const;
  // Gives the file a body of its own, without blanks on lines that have nothing else, where lines begin with blanks.
  bool empty_blank_lines(const StagedFile& staged) const;
  batch::ScanSummary scan(const StagedFile& staged) const;

  const Parts& parts_;
  const ObjectFiles& files_;
  Progress& progress_;
  const FileManners manners_;
};

}  // namespace boathouse::core
