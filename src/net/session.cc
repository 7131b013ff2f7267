// SPDX-License-Identifier: Apache-2.0
#include "net/session.h"

#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "net/request_head.h"
#include "net/server_body.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kReadBytes = 8 << 10;
// What the buffer may hold beside a head: pieces of a chunked body.
constexpr std::size_t kBodyRoom = 128 << 10;
// An unread body up to here is read away, so that the connection can be used again.
constexpr std::uint64_t kDrainBytes = 256 << 10;
// A peer that is still sending when we close would lose our answer to a reset; so we listen on for a while.
constexpr Milliseconds kLinger{30'000};
constexpr Milliseconds kShortLinger{2'000};
constexpr Milliseconds kLingerSilence{2'000};

// "GET / HTTP/2.0": well-formed but for the version. (The parser also calls a line that does not end in CR LF so.)
bool asks_for_other_version(std::string_view head) {
  std::string_view line = head.substr(0, head.find('\n'));
  static constexpr std::string_view kShape = "HTTP/d.d\r";
  if (line.size() < kShape.size()) return false;
  std::string_view version = line.substr(line.size() - kShape.size());
  auto digit = [&](std::size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  return version.starts_with("HTTP/") && digit(5) && version[6] == '.' && digit(7) && version[8] == '\r';
}

Error head_error(const error_code& ec, const MessageParser& parser, std::string_view head) {
  if (is_header_limit(ec)) {
    bool in_target = parser.target.empty();
    return Error(ErrorKind::invalid_argument,
                 in_target ? "the request target is too long" : "the request's headers are too large")
        .code(std::string(in_target ? kUriTooLong : kHeadersTooLarge));
  }
  if (is_bad_version(ec) && asks_for_other_version(head)) {
    return Error(ErrorKind::invalid_argument, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        .code(std::string(kVersionNotSupported));
  }
  return Error(ErrorKind::invalid_argument, "the request's head is malformed: " + ec.message());
}

// Some clients end a body with a line end that is not part of it.
void skip_blank_lines(boost::beast::flat_buffer& buffer) {
  while (buffer.size() >= 2 && std::memcmp(buffer.data().data(), "\r\n", 2) == 0) buffer.consume(2);
}

}  // namespace

struct Session::Exchange {
  Request request;
  std::unique_ptr<MessageParser> parser;
  std::unique_ptr<BodyStream> body;
  std::exception_ptr refused;  // why the head was not accepted
  const Route* route = nullptr;
  base::Micros begun = 0;
  std::uint64_t received_before = 0;
  std::uint64_t sent_before = 0;
};

Session::Session(SessionContext& context, std::unique_ptr<Transport> transport, std::string remote_address)
    : context_(context),
      transport_(std::move(transport)),
      remote_address_(std::move(remote_address)),
      buffer_(context.options.limits.header_bytes + kBodyRoom) {}

asio::awaitable<void> Session::run() {
  error_code ec;
  co_await transport_->handshake(true, context_.options.timeouts.headers, ec);
  bool again = !ec;
  while (again && !closed_ && !context_.draining) again = co_await serve_one();
  transport_->close(false);
}

asio::awaitable<void> Session::refuse() {
  Request nobody;
  nobody.request_id = choose_request_id(nobody.headers);
  Error error = Error(ErrorKind::unavailable, "too many connections are open").with("retry_after", 1);
  Response response = context_.dispatcher.render(nobody, std::make_exception_ptr(error));
  Delivery delivery{.request_id = nobody.request_id, .write_timeout = kShortLinger};
  ResponseWriter writer(*transport_, context_.pool);
  co_await writer.prepare(response, delivery);
  co_await writer.send(delivery);
  co_await linger(kShortLinger);
  transport_->close(false);
}

void Session::drain() {
  if (idle_) abort();
}

void Session::abort() {
  closed_ = true;
  abandoned_.request_stop();
  transport_->close(!idle_);
}

// True when another request may follow.
asio::awaitable<bool> Session::serve_one() {
  Exchange exchange;
  exchange.received_before = transport_->received - buffer_.size();
  exchange.sent_before = transport_->sent;
  bool any = co_await read_head(exchange);
  if (!any) co_return false;
  Response response;
  transport_->when_peer_leaves([this] { abandoned_.request_stop(); });
  if (exchange.refused) {
    response = context_.dispatcher.render(exchange.request, exchange.refused);
  } else {
    response = co_await context_.dispatcher.answer(exchange.request, exchange.route);
  }
  bool usable = co_await deliver(exchange, response);
  transport_->when_peer_leaves(nullptr);
  if (usable) co_return co_await finish_body(exchange);
  co_return false;
}

// False when the peer went away (or stayed silent) without a request.
asio::awaitable<bool> Session::read_head(Exchange& exchange) {
  exchange.parser = make_request_parser(context_.options.limits.header_bytes);
  exchange.request.remote_address = remote_address_;
  exchange.request.secure = context_.secure;
  exchange.request.abandoned = abandoned_.get_token();
  if (buffer_.size() == 0) buffer_.shrink_to_fit();
  SteadyTime deadline = SteadyTime::max();
  bool starved = buffer_.size() == 0;
  bool nothing_yet = starved;
  try {
    while (!exchange.parser->head_done()) {
      if (starved) {
        bool more = co_await read_more(nothing_yet, deadline);
        if (!more) co_return false;
        nothing_yet = false;
      }
      if (deadline == SteadyTime::max()) {
        deadline = std::chrono::steady_clock::now() + context_.options.timeouts.headers;
        exchange.begun = base::steady_micros();
      }
      if (exchange.parser->method.empty()) skip_blank_lines(buffer_);
      error_code ec;
      std::span bytes(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      std::size_t used = exchange.parser->put(bytes, ec);
      starved = is_need_more(ec);
      if (ec && !starved) throw head_error(ec, *exchange.parser, std::string_view(bytes.data(), bytes.size()));
      buffer_.consume(used);
    }
    admit(exchange);
  } catch (const Error&) {
    exchange.refused = std::current_exception();
    Request& request = exchange.request;
    if (request.method.empty()) request.method = exchange.parser->method;
    if (request.request_id.empty()) request.request_id = choose_request_id(request.headers);
  }
  co_return true;
}

// Throws Error{timeout} for a head that does not come to its end.
asio::awaitable<bool> Session::read_more(bool nothing_yet, SteadyTime deadline) {
  Milliseconds timeout = context_.options.timeouts.idle;
  if (!nothing_yet) {
    auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    timeout = std::max(left, Milliseconds(0));
  }
  idle_ = nothing_yet;
  error_code ec;
  asio::mutable_buffer room = buffer_.prepare(kReadBytes);
  std::size_t got = co_await transport_->read_some(room, timeout, ec);
  idle_ = false;
  buffer_.commit(got);
  if (ec == asio::error::timed_out && !nothing_yet)
    throw Error(ErrorKind::timeout, "the request's head came too slowly");
  co_return !ec;
}

void Session::admit(Exchange& exchange) {
  Request& request = exchange.request;
  Framing framing = net::read_head(*exchange.parser, context_.options.limits, request);
  exchange.body =
      std::make_unique<BodyStream>(*transport_, buffer_, *exchange.parser, context_.options.timeouts, framing);
  std::string coding(request.headers.get("Content-Encoding"));
  auto reader = std::make_unique<ServerBody>(*exchange.body, context_.pool, framing, std::move(coding));
  request.body = Body(std::move(reader), framing.length, context_.options.limits.body);
}

// Writes the answer; true when the connection can go on.
asio::awaitable<bool> Session::deliver(Exchange& exchange, Response& response) {
  const Request& request = exchange.request;
  Delivery delivery{
      .head_only = request.method == "HEAD",
      .keep_alive = !exchange.refused && exchange.parser->keep_alive() && !context_.draining &&
                    exchange.body->leaves_at_most(kDrainBytes),
      .minor = exchange.parser->minor,
      .request_id = request.request_id,
      .write_timeout = context_.options.timeouts.write,
  };
  ResponseWriter writer(*transport_, context_.pool);
  std::exception_ptr failed;
  try {
    co_await writer.prepare(response, delivery);
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) {
    response = context_.dispatcher.render(request, failed);
    co_await writer.prepare(response, delivery);
  }
  bool sent = co_await writer.send(delivery);
  record(exchange, response.status);
  if (writer.failure()) context_.dispatcher.render(request, writer.failure());  // for its log line alone
  if (!sent) {
    transport_->close(true);
    co_return false;
  }
  if (writer.keeps_alive()) co_return true;
  bool all_read = exchange.body && exchange.body->finished();
  co_await linger(all_read ? Milliseconds(0) : exchange.refused ? kShortLinger : kLinger);
  co_return false;
}

// Reads away what the handler left of a body.
asio::awaitable<bool> Session::finish_body(Exchange& exchange) {
  std::string scratch;
  try {
    while (!exchange.body->finished()) {
      scratch.resize(kReadBytes);
      std::span<char> room(scratch);
      co_await exchange.body->fill(room);
    }
  } catch (const Error&) {
    co_return false;
  }
  co_return true;
}

asio::awaitable<void> Session::linger(Milliseconds patience) {
  co_await transport_->shutdown_send(kShortLinger);
  SteadyTime end = std::chrono::steady_clock::now() + patience;
  std::string scratch(patience.count() > 0 ? kBodyRoom : 0, '\0');
  error_code ec;
  while (!ec && std::chrono::steady_clock::now() < end) {
    asio::mutable_buffer room = asio::buffer(scratch);
    co_await transport_->read_some(room, kLingerSilence, ec);
  }
}

void Session::record(const Exchange& exchange, int status) const {
  const Request& request = exchange.request;
  base::Micros took = base::steady_micros() - exchange.begun;
  std::uint64_t received = transport_->received - exchange.received_before - buffer_.size();
  std::uint64_t sent = transport_->sent - exchange.sent_before;
  if (Metrics* metrics = context_.options.metrics) {
    metrics->count_request(request.route, request.method, status, static_cast<double>(took) / base::kSecond);
    metrics->count_bytes(received, sent);
  }
  AccessLog wanted = exchange.route ? exchange.route->options.access_log : AccessLog::every;
  if (wanted == AccessLog::none || (wanted == AccessLog::failures && status < 400)) return;
  base::log_info("request", {{"request_id", request.request_id},
                             {"method", request.method},
                             {"path", request.path},
                             {"route", request.route},
                             {"status", status},
                             {"duration_ms", static_cast<double>(took) / base::kMillisecond},
                             {"bytes_in", received},
                             {"bytes_out", sent},
                             {"remote", request.remote_address},
                             {"traceparent", request.traceparent}});
}

}  // namespace boathouse::net
