// SPDX-License-Identifier: Apache-2.0
#include "batch/parquet_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"

namespace boathouse::batch {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kMagic = "PAR1";
constexpr std::size_t kTail = 8;  // the footer's length, then the magic
constexpr std::uint64_t kMostFooter = 64ULL << 20;
constexpr std::size_t kCopyBytes = 1 << 20;

[[noreturn]] void refuse(const char* why) { throw Error(ErrorKind::invalid_argument, why); }

// A Parquet file, open to be read and written.
class ParquetFile {
 public:
  explicit ParquetFile(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (!fd_) throw base::system_error(errno, "opening a Parquet file");
    const std::uint64_t size = base::file_size(path);
    if (size < kMagic.size() + kTail || read(0, kMagic.size()) != kMagic) refuse("it does not begin as a Parquet file");
    const std::string tail = read(size - kTail, kTail);
    if (tail.substr(4) != kMagic) refuse("it does not end as a Parquet file");
    std::uint32_t length = 0;
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(&length, tail.data(), sizeof length);
    if (length > size - kMagic.size() - kTail) refuse("its footer is longer than the file");
    if (length > kMostFooter) refuse("its footer has more than 64 MiB: write larger row groups");
    footer_at_ = size - kTail - length;
    footer_ = read(footer_at_, length);
  }

  std::uint64_t footer_at() const { return footer_at_; }
  const std::string& footer() const { return footer_; }

  // Puts another footer behind the pages, which end at `end`. The file's new size.
  std::uint64_t replace_footer(std::uint64_t end, const std::string& footer) {
    if (end == footer_at_ && footer == footer_) return end + footer.size() + kTail;
    if (::lseek(fd_.get(), static_cast<off_t>(end), SEEK_SET) < 0) throw base::system_error(errno, "writing a footer");
    const std::uint64_t size = end + write_footer(fd_.get(), footer);
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) throw base::system_error(errno, "writing a footer");
    return size;
  }

  // Bytes [begin, end) as the pages of a new file.
  std::uint64_t copy_pages(std::uint64_t begin, std::uint64_t end, const std::string& footer,
                           const std::filesystem::path& to) const {
    const base::UniqueFd target = base::create_file(to);
    base::write_all(target.get(), kMagic);
    for (std::uint64_t at = begin; at < end;) {
      const std::string bytes = read(at, std::min<std::uint64_t>(kCopyBytes, end - at));
      base::write_all(target.get(), bytes);
      at += bytes.size();
    }
    return kMagic.size() + (end - begin) + write_footer(target.get(), footer);
  }

 private:
  static std::uint64_t write_footer(int fd, const std::string& footer) {
    const auto length = static_cast<std::uint32_t>(footer.size());
    std::string tail(reinterpret_cast<const char*>(&length), sizeof length);
    tail += kMagic;
    base::write_all(fd, footer);
    base::write_all(fd, tail);
    return footer.size() + tail.size();
  }

  std::string read(std::uint64_t at, std::uint64_t count) const {
    std::string bytes(count, '\0');
    if (base::read_all_at(fd_.get(), bytes, at, "reading a Parquet file") < count) {
      refuse("it became shorter while it was read");
    }
    return bytes;
  }

  base::UniqueFd fd_;
  std::uint64_t footer_at_ = 0;
  std::string footer_;
};

// Row groups that follow one another in the file, so that a stretch of it holds just those of a part.
bool in_order(const std::vector<ParquetRowGroup>& groups) {
  return std::adjacent_find(groups.begin(), groups.end(), [](const ParquetRowGroup& a, const ParquetRowGroup& b) {
           return a.end > b.begin;
         }) == groups.end();
}

}  // namespace

ParquetFacts clear_parquet_claims(const std::filesystem::path& path) {
  ParquetFile file(path);
  ParquetFooter footer(file.footer(), file.footer_at());
  ParquetFacts facts = footer.facts();
  footer.drop_claims();
  file.replace_footer(footer.pages_end(), footer.bytes());
  return facts;
}

std::vector<std::uint64_t> adopt_parquet(const std::filesystem::path& path, const ParquetAdoption& adoption) {
  ParquetFile file(path);
  ParquetFooter footer(file.footer(), file.footer_at());
  const ParquetFacts facts = footer.facts();
  if (!facts.flat || adoption.stats.size() != facts.groups.size()) refuse("there are other row groups than statistics");
  footer.set_field_ids(adoption.ids);
  for (std::size_t group = 0; group < adoption.stats.size(); ++group) {
    for (std::size_t column = 0; column < adoption.stats[group].size(); ++column) {
      footer.set_stats(group, column, adoption.stats[group][column]);
    }
  }
  if (adoption.parts.empty()) return {file.replace_footer(footer.pages_end(), footer.bytes())};
  if (!in_order(facts.groups)) refuse("its row groups do not follow one another");
  std::vector<std::uint64_t> sizes;
  for (const ParquetPart& part : adoption.parts) {
    if (part.first >= part.last || part.last > facts.groups.size()) refuse("it does not have these row groups");
    const std::uint64_t begin = facts.groups[part.first].begin;
    const std::uint64_t end = facts.groups[part.last - 1].end;
    sizes.push_back(file.copy_pages(begin, end, footer.bytes(part.first, part.last, begin - kMagic.size()), part.path));
  }
  return sizes;
}

}  // namespace boathouse::batch
