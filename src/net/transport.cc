// SPDX-License-Identifier: Apache-2.0
#include "net/transport.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace boathouse::net {
namespace {

using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr Milliseconds kTick{100};

tcp::socket& socket_of(tcp::socket& stream) { return stream; }
tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

// True as well while bytes wait to be read; a closed descriptor (-1) has not hung up.
bool has_hung_up(int socket) {
  pollfd poll{socket, POLLRDHUP, 0};
  return ::poll(&poll, 1, 0) > 0;
}

template <class Stream>
class StreamTransport : public Transport {
 public:
  template <class... Args>
  explicit StreamTransport(Watch& watch, Args&&... args) : watch_(watch), stream_(std::forward<Args>(args)...) {
    watch_.add(this);
  }
  ~StreamTransport() override { watch_.remove(this); }

  Stream& stream() { return stream_; }

  void look(SteadyTime now) override {
    if (deadline_ < now) expire();
    if (peer_left_ && has_hung_up(socket_of(stream_).native_handle())) std::exchange(peer_left_, nullptr)();
  }

  void when_peer_leaves(std::function<void()> tell) override { peer_left_ = std::move(tell); }

  asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, Milliseconds timeout, error_code& ec) override {
    begin(timeout);
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    std::size_t got = co_await stream_.async_read_some(into, token);
    end(ec);
    received += got;
    co_return got;
  }

  asio::awaitable<void> write(std::string_view a, std::string_view b, std::string_view c, Milliseconds timeout,
                              error_code& ec) override {
    std::array<asio::const_buffer, 3> parts{asio::buffer(a), asio::buffer(b), asio::buffer(c)};
    std::size_t left = a.size() + b.size() + c.size();
    ec = {};
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    while (left > 0) {
      begin(timeout);
      std::size_t wrote = co_await stream_.async_write_some(parts, token);
      end(ec);
      if (ec) co_return;
      sent += wrote;
      left -= wrote;
      for (auto& part : parts) {
        std::size_t taken = std::min(wrote, part.size());
        part += taken;
        wrote -= taken;
      }
    }
  }

  base::UniqueFd duplicate() override {
    if constexpr (std::is_same_v<Stream, TlsStream>) return {};
    return base::UniqueFd(::fcntl(socket_of(stream_).native_handle(), F_DUPFD_CLOEXEC, 0));
  }

  asio::awaitable<void> wait_writable(Milliseconds timeout, error_code& ec) override {
    ec = {};
    begin(timeout);
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await socket_of(stream_).async_wait(tcp::socket::wait_write, token);
    end(ec);
  }

  asio::awaitable<void> handshake(bool server, Milliseconds timeout, error_code& ec) override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      begin(timeout);
      auto token = asio::redirect_error(asio::use_awaitable, ec);
      auto type = server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
      co_await stream_.async_handshake(type, token);
      end(ec);
    } else {
      ec = {};
    }
    co_return;
  }

  asio::awaitable<void> shutdown_send(Milliseconds timeout) override {
    error_code ec;
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      begin(timeout);
      auto token = asio::redirect_error(asio::use_awaitable, ec);
      co_await stream_.async_shutdown(token);
      end(ec);
    }
    socket_of(stream_).shutdown(tcp::socket::shutdown_send, ec);
    co_return;
  }

  void close(bool reset) override {
    error_code ignored;
    if (reset) socket_of(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
    socket_of(stream_).close(ignored);
  }

 private:
  void begin(Milliseconds timeout) {
    expired_ = false;
    deadline_ = std::chrono::steady_clock::now() + timeout;
  }

  void end(error_code& ec) {
    deadline_ = SteadyTime::max();
    if (expired_ && ec) ec = asio::error::timed_out;
  }

  void expire() {
    expired_ = true;
    deadline_ = SteadyTime::max();
    error_code ignored;
    socket_of(stream_).cancel(ignored);
  }

  Watch& watch_;
  Stream stream_;
  SteadyTime deadline_ = SteadyTime::max();
  bool expired_ = false;
  std::function<void()> peer_left_;
};

}  // namespace

void Watch::add(Watched* watched) {
  watched_.insert(watched);
  if (watched_.size() == 1) arm();
}

void Watch::remove(Watched* watched) {
  watched_.erase(watched);
  if (watched_.empty()) timer_.cancel();
}

void Watch::arm() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const error_code& ec) {
    if (!ec) look();
  });
}

void Watch::look() {
  auto now = std::chrono::steady_clock::now();
  for (Watched* watched : watched_) watched->look(now);
  if (!watched_.empty()) arm();
}

std::unique_ptr<Transport> make_plain_transport(tcp::socket socket, Watch& watch) {
  return std::make_unique<StreamTransport<tcp::socket>>(watch, std::move(socket));
}

std::unique_ptr<Transport> make_tls_transport(tcp::socket socket, Watch& watch, asio::ssl::context& context,
                                              const std::string& peer_name) {
  auto transport = std::make_unique<StreamTransport<TlsStream>>(watch, std::move(socket), context);
  if (!peer_name.empty()) {
    SSL_set_tlsext_host_name(transport->stream().native_handle(), peer_name.c_str());
    transport->stream().set_verify_callback(asio::ssl::host_name_verification(peer_name));
  }
  return transport;
}

}  // namespace boathouse::net
