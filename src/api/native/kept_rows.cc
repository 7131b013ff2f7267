// SPDX-License-Identifier: Apache-2.0
#include "api/native/kept_rows.h"

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

#include "api/common/query_answer.h"
#include "base/error.h"
#include "base/file_read.h"
#include "core/result_text.h"

namespace boathouse::api::native {
namespace {

namespace json = boost::json;

// The bytes of the rows, in order.
class RowBytes {
 public:
  explicit RowBytes(core::ResultRows rows) : rows_(std::move(rows)) {}

  std::uint64_t left() const { return rows_.end - rows_.begin; }
  // 0 at the end.
  std::size_t read(std::span<char> into) {
    const std::size_t want = std::min<std::uint64_t>(into.size(), left());
    if (want == 0) return 0;
    const std::size_t got =
        base::read_some_at(rows_.file.get(), into.first(want), rows_.begin, "reading a kept result");
    if (got == 0) throw base::system_error(EIO, "reading a kept result");
    rows_.begin += got;
    return got;
  }

 private:
  core::ResultRows rows_;
};

// What is around the rows, and the rows with commas where they have line feeds; no line feed is inside a row, and the
// last one becomes nothing.
class PageSource : public net::BodySource {
 public:
  PageSource(std::string head, core::ResultRows rows, std::string tail)
      : head_(std::move(head)), rows_(std::move(rows)), tail_(std::move(tail)) {}

  std::uint64_t length() const { return head_.size() + rows_.left() - (rows_.left() > 0 ? 1 : 0) + tail_.size(); }

  std::size_t read(std::span<char> into) override {
    if (std::size_t got = take(head_, into)) return got;
    if (std::size_t got = rows_.read(into)) {
      std::replace(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(got), '\n', ',');
      if (rows_.left() > 0) return got;
      if (got > 1) return got - 1;
    }
    return take(tail_, into);
  }

 private:
  static std::size_t take(std::string& from, std::span<char> into) {
    std::size_t count = std::min(from.size(), into.size());
    std::copy_n(from.begin(), count, into.begin());
    from.erase(0, count);
    return count;
  }

  std::string head_;
  RowBytes rows_;
  std::string tail_;
};

class TextSource : public net::BodySource {
 public:
  TextSource(core::ResultText text, core::ResultRows rows)
      : text_(std::move(text)), out_(text_.head()), rows_(std::move(rows)) {}

  std::size_t read(std::span<char> into) override {
    while (given_ == out_.size() && refill()) {
    }
    std::size_t count = std::min(out_.size() - given_, into.size());
    std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(given_), count, into.begin());
    given_ += count;
    return count;
  }

 private:
  // Writes the rows of the next piece of the file; false at the end.
  bool refill() {
    constexpr std::size_t kPiece = 256 << 10;
    std::size_t begun = in_.size();
    in_.resize(begun + kPiece);
    in_.resize(begun + rows_.read(std::span(in_).subspan(begun)));
    if (in_.size() == begun) return false;
    out_.clear();
    given_ = 0;
    std::size_t at = 0;
    for (std::size_t end = in_.find('\n', begun); end != std::string::npos; end = in_.find('\n', at)) {
      text_.append_row(out_, std::string_view(in_).substr(at, end - at));
      at = end + 1;
    }
    in_.erase(0, at);
    return true;
  }

  const core::ResultText text_;
  std::string out_;
  std::size_t given_ = 0;  // of out_
  std::string in_;         // the beginning of a row whose end is still to come
  RowBytes rows_;
};

}  // namespace

net::Response json_page(const core::ResultAbout& about, core::ResultRows rows, std::uint64_t first) {
  json::array columns;
  for (const engine::Column& column : about.columns) columns.push_back({{"name", column.name}, {"type", column.type}});
  std::string tail = fmt::format(R"(],"row_count":{},"truncated":{},"duration_ms":{})", rows.count, about.truncated,
                                 about.duration / base::kMillisecond);
  std::uint64_t next = first + rows.count;
  if (next < about.rows) tail += fmt::format(R"(,"next_page_token":"{}")", next);
  auto source = std::make_unique<PageSource>(R"({"columns":)" + json::serialize(columns) + R"(,"rows":[)",
                                             std::move(rows), tail + "}");
  std::uint64_t length = source->length();
  return net::source_response(200, std::move(source), "application/json", length);
}

net::Response text_rows(const core::ResultAbout& about, core::ResultRows rows, engine::ResultFormat format) {
  auto source = std::make_unique<TextSource>(core::ResultText(about, format), std::move(rows));
  return net::source_response(200, std::move(source), content_type(format));
}

}  // namespace boathouse::api::native
