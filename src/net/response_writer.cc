// SPDX-License-Identifier: Apache-2.0
#include "net/response_writer.h"

#include <fmt/format.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <ctime>

#include "base/error.h"
#include "base/file_read.h"
#include "net/http_date.h"
#include "net/pool_call.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPieceBytes = 256 << 10;
// A small body goes out in one write with its head.
constexpr std::size_t kInlineBytes = 16 << 10;
// A thread of the pool moves at most so much of a file at once, for others wait for it too.
constexpr std::size_t kMovedBytes = 16 << 20;

class FileSource : public BodySource {
 public:
  explicit FileSource(FileBody file) : file_(std::move(file)) {}
  std::size_t read(std::span<char> into) override {
    const std::size_t want = std::min<std::uint64_t>(into.size(), file_.length);
    const std::size_t got =
        base::read_some_at(file_.file.get(), into.first(want), file_.offset, "reading a file for an answer");
    file_.offset += got;
    file_.length -= got;
    return got;
  }
  bool is_of_files() const override { return true; }
  FileStretch next_stretch() override {
    return {file_.file.get(), std::exchange(file_.offset, file_.offset + file_.length), std::exchange(file_.length, 0)};
  }

 private:
  FileBody file_;
};

Error wrong_length() { return Error(ErrorKind::internal, "an answer's source is not as long as it said"); }

// Net's own; what a handler says of them is passed over.
bool is_ours(std::string_view name) {
  static constexpr std::string_view kOurs[] = {"Connection",   "Content-Length",    "Date",
                                               "X-Request-Id", "Transfer-Encoding", "Keep-Alive"};
  return std::any_of(std::begin(kOurs), std::end(kOurs),
                     [name](auto ours) { return equals_ignoring_case(ours, name); });
}

bool has_no_body(int status) { return status == 204 || status == 304; }

// Now, made once a second.
std::string_view http_date() {
  thread_local std::time_t made_for = 0;
  thread_local std::string text;
  std::time_t now = std::time(nullptr);
  if (now != made_for) {
    text = to_http_date(now * base::kSecond);
    made_for = now;
  }
  return text;
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

void check_headers(const Response& response) {
  for (const auto& [name, value] : response.headers.items) {
    if (!is_token(name) || !is_field_value(value)) {
      throw Error(ErrorKind::internal, "a response header holds what a header must not hold: " + name);
    }
  }
}

}  // namespace

// Two pieces: one is written while the other is read. Or no piece: the pool hands the socket stretches of files, as much as
// it takes. The writer joins before these go away.
struct ResponseWriter::Pump {
  std::unique_ptr<BodySource> source;
  PoolCall call;
  std::array<std::unique_ptr<char[]>, 2> pieces = {};
  std::size_t turn = 0;  // the piece that the call fills
  std::size_t got = 0;   // how much it put there
  std::function<void()> work = {};

  base::UniqueFd socket = {};  // where there are no pieces
  FileStretch stretch = {};
  std::uint64_t left = 0;
  std::uint64_t moved = 0;  // by the last call
  bool is_gone = false;     // the peer

  // Until the socket takes no more.
  void move() {
    for (moved = 0; left > 0 && moved < kMovedBytes && !is_gone;) {
      if (stretch.length == 0) stretch = source->next_stretch();
      if (stretch.length == 0) throw wrong_length();
      auto offset = static_cast<off_t>(stretch.offset);
      const std::uint64_t most = std::min({stretch.length, left, std::uint64_t{kMovedBytes}});
      const ssize_t got = ::sendfile(socket.get(), stretch.file, &offset, static_cast<std::size_t>(most));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      is_gone = got < 0 && (errno == EPIPE || errno == ECONNRESET);
      if (is_gone) return;
      if (got < 0) throw base::system_error(errno, "sending a file for an answer");
      if (got == 0) throw wrong_length();
      const auto sent = static_cast<std::uint64_t>(got);
      stretch.offset += sent;
      stretch.length -= sent;
      left -= sent;
      moved += sent;
    }
  }

  asio::awaitable<void> begin() {
    if (!socket && !pieces[turn]) pieces[turn] = std::make_unique_for_overwrite<char[]>(kPieceBytes);
    return call.begin(work);
  }
};

ResponseWriter::ResponseWriter(Transport& transport, base::ThreadPool& pool) : transport_(transport), pool_(pool) {}
ResponseWriter::~ResponseWriter() = default;

asio::awaitable<void> ResponseWriter::prepare(Response& response, const Delivery& delivery) {
  check_headers(response);
  pump_.reset();
  text_.clear();
  std::unique_ptr<BodySource> source;
  if (auto* text = std::get_if<std::string>(&response.body)) {
    text_ = std::move(*text);
    length_ = text_.size();
  } else if (auto* file = std::get_if<FileBody>(&response.body)) {
    length_ = file->length;
    source = std::make_unique<FileSource>(std::move(*file));
  } else {
    auto& streamed = std::get<SourceBody>(response.body);
    length_ = streamed.length;
    source = std::move(streamed.source);
    if (!source && !length_) length_ = 0;
  }
  has_body_ = !delivery.head_only && !has_no_body(response.status);
  chunked_ = !length_ && delivery.minor == 1;
  keep_alive_ = delivery.keep_alive && (length_ || chunked_ || !has_body_);
  head_ = make_head(response, delivery);
  if (!has_body_ || !source) co_return;
  auto executor = co_await asio::this_coro::executor;
  pump_ = std::unique_ptr<Pump>(new Pump{std::move(source), PoolCall(executor, pool_)});
  if (pump_->source->is_of_files() && length_ && *length_ >= kPieceBytes) pump_->socket = transport_.duplicate();
  if (pump_->socket) {
    pump_->left = *length_;
    pump_->work = [pump = pump_.get()] { pump->move(); };
    co_return;
  }
  pump_->work = [pump = pump_.get()] {
    pump->got = pump->source->read(std::span(pump->pieces[pump->turn].get(), kPieceBytes));
  };
  co_await pump_->begin();
  co_await pump_->call.join();
}

std::string ResponseWriter::make_head(const Response& response, const Delivery& delivery) const {
  std::string head;
  head.reserve(512 + (has_body_ && text_.size() <= kInlineBytes ? text_.size() : 0));
  head.append("HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason_phrase(response.status))
      .append("\r\n");
  add_field(head, "Date", http_date());
  for (const auto& [name, value] : response.headers.items) {
    if (!is_ours(name)) add_field(head, name, value);
  }
  add_field(head, "X-Request-Id", delivery.request_id);
  if (!response.headers.has("X-Content-Type-Options")) add_field(head, "X-Content-Type-Options", "nosniff");
  if (!has_no_body(response.status)) {
    if (length_) add_field(head, "Content-Length", std::to_string(*length_));
    if (chunked_) add_field(head, "Transfer-Encoding", "chunked");
  }
  if (!keep_alive_) add_field(head, "Connection", "close");
  if (keep_alive_ && delivery.minor == 0) add_field(head, "Connection", "keep-alive");
  return head.append("\r\n");
}

asio::awaitable<bool> ResponseWriter::send(const Delivery& delivery) {
  if (pump_) co_return co_await send_pumped(delivery);
  std::string_view body = has_body_ ? std::string_view(text_) : std::string_view();
  if (body.size() <= kInlineBytes) {
    head_ += body;
    body = {};
  }
  error_code ec;
  co_await transport_.write(head_, body, {}, delivery.write_timeout, ec);
  co_return !ec;
}

asio::awaitable<bool> ResponseWriter::send_pumped(const Delivery& delivery) {
  bool sent = false;
  try {
    // Not one conditional expression: GCC 12 awaits both of its branches.
    if (pump_->socket) {
      sent = co_await send_stretches(delivery);
    } else {
      sent = co_await send_pieces(delivery);
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
  // Where writing failed the pool may still be filling a piece.
  try {
    co_await pump_->call.join();
  } catch (...) {
    failure_ = std::current_exception();
  }
  co_return sent && !failure_;
}

asio::awaitable<bool> ResponseWriter::send_pieces(const Delivery& delivery) {
  Pump& pump = *pump_;
  std::uint64_t sent = 0;
  bool more = true;
  while (more) {
    std::string_view piece(pump.pieces[pump.turn].get(), pump.got);
    sent += piece.size();
    if (length_ && (sent > *length_ || (piece.empty() && sent < *length_))) {
      throw wrong_length();
    }
    more = !piece.empty() && (!length_ || sent < *length_);
    if (more) {
      pump.turn = 1 - pump.turn;
      co_await pump.begin();
    }
    bool written = co_await send_piece(piece, delivery.write_timeout);
    if (!written) co_return false;
    co_await pump.call.join();
  }
  co_return true;
}

asio::awaitable<bool> ResponseWriter::send_stretches(const Delivery& delivery) {
  Pump& pump = *pump_;
  error_code ec;
  co_await transport_.write(head_, {}, {}, delivery.write_timeout, ec);
  while (!ec && pump.left > 0) {
    co_await pump.begin();
    co_await pump.call.join();
    transport_.sent += pump.moved;
    if (pump.is_gone) co_return false;
    if (pump.left > 0) co_await transport_.wait_writable(delivery.write_timeout, ec);
  }
  co_return !ec;
}

// The first piece goes with the head; an empty one is the last chunk.
asio::awaitable<bool> ResponseWriter::send_piece(std::string_view piece, Milliseconds timeout) {
  std::string before = std::exchange(head_, {});
  if (chunked_) before += fmt::format("{:x}\r\n", piece.size());
  std::string_view after = chunked_ ? "\r\n" : "";
  error_code ec;
  co_await transport_.write(before, piece, after, timeout, ec);
  co_return !ec;
}

}  // namespace boathouse::net
