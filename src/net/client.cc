// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/file_read.h"
#include "net/body_stream.h"
#include "net/tls.h"
#include "net/transport.h"
#include "net/url.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;
using tcp = asio::ip::tcp;

constexpr std::size_t kPieceBytes = 256 << 10;
constexpr std::size_t kHeadBytes = 64 << 10;

// An address that everybody may reach: none of this machine, of a private or shared network, of a link, of many.
bool is_public(const asio::ip::address& address) {
  if (address.is_v6()) {
    const asio::ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) return is_public(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
    const auto bytes = v6.to_bytes();
    const bool is_unique_local = (bytes[0] & 0xfe) == 0xfc;
    // Of what translates to IPv4 (64:ff9b::/96, 2002::/16) nobody says where it leads.
    const bool is_translated = (bytes[0] == 0x00 && bytes[1] == 0x64) || (bytes[0] == 0x20 && bytes[1] == 0x02);
    return !(v6.is_loopback() || v6.is_unspecified() || v6.is_link_local() || v6.is_site_local() || v6.is_multicast() ||
             is_unique_local || is_translated);
  }
  const auto bytes = address.to_v4().to_bytes();
  const unsigned first = bytes[0];
  const unsigned second = bytes[1];
  return !(first == 0 || first == 10 || first == 127 || first >= 224 || (first == 100 && (second & 0xc0) == 64) ||
           (first == 169 && second == 254) || (first == 172 && (second & 0xf0) == 16) ||
           (first == 192 && second == 168) || (first == 192 && second == 0) || (first == 198 && (second & 0xfe) == 18));
}

// One call of fetch(): everything runs on the calling thread, which may block on the file or in the sink.
class Fetch {
 public:
  Fetch(const ClientRequest& request, const ClientOptions& options, const ResponseSink& sink)
      : request_(request), options_(options), sink_(sink), url_(parse_url(request.url)) {
    body_timeouts_.body_bytes_per_second = 0;
    body_timeouts_.body_idle = options.idle_timeout;
  }

  ClientResponse run() {
    std::exception_ptr error;
    asio::co_spawn(events_, talk(), [this, &error](std::exception_ptr thrown) {
      error = std::move(thrown);
      transport_.reset();  // the last thing that keeps the loop running
    });
    events_.run();
    if (error) std::rethrow_exception(error);
    return std::move(response_);
  }

 private:
  asio::awaitable<void> talk() {
    co_await connect();
    bool sent = co_await send();
    co_await receive_head(sent);
    co_await receive_body();
    transport_->close(false);
  }

  Error failed(const std::string& what, const error_code& ec) const {
    bool late = ec == asio::error::timed_out;
    return Error(late ? ErrorKind::timeout : ErrorKind::unavailable,
                 what + " " + url_.authority() + ": " + ec.message());
  }

  asio::awaitable<void> connect() {
    asio::steady_timer deadline(events_, options_.connect_timeout);
    deadline.async_wait([this](const error_code& cancelled) {
      if (cancelled) return;
      late_ = true;
      resolver_.cancel();
      error_code ignored;
      socket_.close(ignored);
    });
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    auto addresses = co_await resolver_.async_resolve(url_.host, url_.port, token);
    std::vector<tcp::endpoint> allowed;
    for (const auto& entry : addresses) {
      if (!options_.public_addresses_only || is_public(entry.endpoint().address())) allowed.push_back(entry.endpoint());
    }
    if (!ec && !late_ && allowed.empty()) {
      deadline.cancel();
      throw Error(
          ErrorKind::invalid_argument,
          url_.authority() + " is an address of this machine or of a private network, and those may not be called");
    }
    if (!ec && !late_) co_await asio::async_connect(socket_, allowed, token);
    deadline.cancel();
    if (late_) ec = asio::error::timed_out;
    if (ec) throw failed("cannot connect to", ec);
    socket_.set_option(tcp::no_delay(true), ec);
    if (!url_.tls) {
      transport_ = make_plain_transport(std::move(socket_), watch_);
      co_return;
    }
    tls_ = std::make_unique<asio::ssl::context>(make_client_tls(options_.ca_file, options_.verify_tls));
    transport_ = make_tls_transport(std::move(socket_), watch_, *tls_, options_.verify_tls ? url_.host : "");
    co_await transport_->handshake(false, options_.connect_timeout, ec);
    if (ec) throw failed("no TLS with", ec);
  }

  // False when the server stopped listening: its answer may say why.
  asio::awaitable<bool> send() {
    base::UniqueFd file;
    std::uint64_t length = 0;
    std::string_view text;
    const auto* upload = std::get_if<UploadFile>(&request_.body);
    if (upload) {
      file = base::open_for_read(upload->path);
      length = base::file_size(upload->path);
    } else {
      text = std::get<std::string>(request_.body);
      length = text.size();
    }
    std::string head = make_head(length);
    error_code ec;
    co_await transport_->write(head, text, {}, options_.idle_timeout, ec);
    std::string piece;
    const std::uint64_t whole = length;
    while (file && length > 0 && !ec) {
      piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, length)));
      const std::size_t got = base::read_some(file.get(), piece, "reading the file to send");
      if (got == 0) throw Error(ErrorKind::invalid_argument, "the file became shorter while it was sent");
      length -= got;
      std::string_view bytes(piece.data(), got);
      co_await transport_->write(bytes, {}, {}, options_.idle_timeout, ec);
      if (!ec && upload->on_sent) upload->on_sent(whole - length, whole);
    }
    co_return !ec;
  }

  std::string make_head(std::uint64_t length) const {
    std::string head = request_.method + " " + url_.target + " HTTP/1.1\r\nHost: " + url_.authority() + "\r\n";
    for (const auto& [name, value] : request_.headers.items) {
      if (!is_token(name) || !is_field_value(value)) {
        throw Error(ErrorKind::invalid_argument, "the header " + name + " holds what a header must not hold");
      }
      head += name + ": " + value + "\r\n";
    }
    bool bodiless =
        length == 0 && (request_.method == "GET" || request_.method == "HEAD" || request_.method == "DELETE");
    if (!bodiless) head += "Content-Length: " + std::to_string(length) + "\r\n";
    if (!request_.headers.has("User-Agent")) head += "User-Agent: boathouse\r\n";
    return head + "Connection: close\r\n\r\n";
  }

  // Passes over interim answers (1xx).
  asio::awaitable<void> receive_head(bool sent) {
    do {
      parser_ = make_response_parser(kHeadBytes, request_.method == "HEAD");
      co_await parse_head(sent);
    } while (parser_->status >= 100 && parser_->status < 200);
    response_.status = parser_->status;
    response_.headers = parser_->headers;
  }

  asio::awaitable<void> parse_head(bool sent) {
    bool starved = buffer_.size() == 0;
    while (!parser_->head_done()) {
      error_code ec;
      if (starved) {
        asio::mutable_buffer room = buffer_.prepare(kPieceBytes / 16);
        std::size_t got = co_await transport_->read_some(room, options_.idle_timeout, ec);
        if (ec) throw failed(sent ? "no answer from" : "the request was cut off by", ec);
        buffer_.commit(got);
      }
      auto bytes = buffer_.data();
      buffer_.consume(parser_->put(std::span(static_cast<const char*>(bytes.data()), bytes.size()), ec));
      starved = is_need_more(ec);
      if (ec && !starved) throw failed("no HTTP answer from", ec);
    }
  }

  asio::awaitable<void> receive_body() {
    if (parser_->done()) co_return;
    Framing framing{.length = parser_->content_length(), .chunked = parser_->chunked()};
    BodyStream stream(*transport_, buffer_, *parser_, body_timeouts_, framing);
    bool to_sink = sink_ && response_.status >= 200 && response_.status < 300;
    std::string piece(kPieceBytes, '\0');
    std::span<char> room(piece);
    while (!stream.finished()) {
      std::size_t got = 0;
      try {
        got = co_await stream.fill(room);
      } catch (const Error& error) {
        throw Error(error.kind() == ErrorKind::timeout ? ErrorKind::timeout : ErrorKind::unavailable,
                    "the answer of " + url_.authority() + " broke off: " + error.message());
      }
      std::string_view bytes(piece.data(), got);
      if (to_sink) {
        sink_(bytes);
      } else {
        response_.body += bytes;
        if (response_.body.size() > options_.max_body) {
          throw Error(ErrorKind::too_large,
                      "the answer is larger than " + std::to_string(options_.max_body) + " bytes");
        }
      }
    }
  }

  const ClientRequest& request_;
  const ClientOptions& options_;
  const ResponseSink& sink_;
  const Url url_;
  Timeouts body_timeouts_;
  asio::io_context events_{1};
  Watch watch_{events_.get_executor()};
  tcp::resolver resolver_{events_};
  tcp::socket socket_{events_};
  bool late_ = false;  // connecting took too long
  std::unique_ptr<asio::ssl::context> tls_;
  std::unique_ptr<Transport> transport_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<MessageParser> parser_;
  ClientResponse response_;
};

}  // namespace

ClientResponse fetch(const ClientRequest& request, const ClientOptions& options, const ResponseSink& sink) {
  return Fetch(request, options, sink).run();
}

}  // namespace boathouse::net
