// SPDX-License-Identifier: Apache-2.0
#include "api/common/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_read.h"
#include "base/ids.h"

namespace boathouse::api {
namespace {

constexpr std::size_t kPiece = 256 << 10;

base::UniqueFd unnamed_file(const std::filesystem::path& folder) {
  std::filesystem::path path = folder / ("spool-" + base::uuid_v4());
  base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) throw base::system_error(errno, "making a file to spool to");
  base::remove_quietly(path);
  return file;
}

}  // namespace

void Spool::append(std::string_view bytes) {
  memory_.append(bytes);
  if (memory_.size() > most_in_memory_) flush();
}

void Spool::flush() {
  if (!file_) file_ = unnamed_file(folder_);
  base::write_all(file_.get(), memory_);
  in_file_ += memory_.size();
  memory_.clear();
}

void Spool::replay(const std::function<void(std::string_view)>& consumer) const {
  std::string piece(in_file_ > 0 ? kPiece : 0, '\0');
  for (std::uint64_t at = 0; at < in_file_;) {
    const std::size_t got = base::read_some_at(file_.get(), piece, at, "reading back what was spooled");
    if (got == 0) throw base::system_error(EIO, "reading back what was spooled");
    consumer(std::string_view(piece).substr(0, got));
    at += got;
  }
  if (!memory_.empty()) consumer(memory_);
}

net::Response Spool::to_response(int status, std::string content_type) && {
  if (!file_) return net::text_response(status, std::move(memory_), std::move(content_type));
  flush();
  net::Response response{status, {}, net::FileBody{std::move(file_), 0, in_file_}};
  response.headers.add("Content-Type", std::move(content_type));
  in_file_ = 0;
  return response;
}

}  // namespace boathouse::api
