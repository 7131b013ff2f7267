// SPDX-License-Identifier: Apache-2.0
// The bytes of one object version: one file, or those of its parts one after the other. They stay until this goes, whatever
// becomes of the version. One thread at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/object_files.h"

namespace boathouse::core {

class ObjectBytes {
 public:
  struct Piece {
    std::string name{};
    std::uint64_t size = 0;
    std::int64_t part = 1;  // its number, as its uploader gave it
  };
  ObjectBytes(ObjectFiles& files, std::vector<Piece> pieces);

  std::uint64_t size() const { return size_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

  // Reading begins there, and ends after `length` bytes; both within size().
  void select(std::uint64_t offset, std::uint64_t length);
  // Fills at most `into`; 0 at the end of what was selected. Throws system_error().
  std::size_t read(std::span<char> into);
  // The same bytes as stretches of open files, in the place of read(): what comes next, of a file that stays open until the
  // next call; no length at the end. Throws system_error().
  struct Stretch {
    int file = -1;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  Stretch next_stretch();

 private:
  // What is left of the piece that is at hand, its file open; nothing at the end.
  Stretch at_hand();
  void advance(std::uint64_t bytes);

  ObjectFiles* files_;
  std::vector<Piece> pieces_{};
  std::unique_ptr<ObjectFiles::Hold> hold_;
  std::uint64_t size_ = 0;
  std::size_t at_ = 0;        // the piece that is read
  std::uint64_t offset_ = 0;  // in it
  std::uint64_t left_ = 0;
  base::UniqueFd file_;  // of that piece, once it is open
};

// What a version or a run over it consists of: its one file, or the parts of its upload.
std::vector<ObjectBytes::Piece> pieces_of(meta::BucketStore& store, const std::string& file,
                                          const meta::UploadId& upload, std::int64_t size);

}  // namespace boathouse::core
