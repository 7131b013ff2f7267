// SPDX-License-Identifier: Apache-2.0
// Bytes to and from one peer, plain or TLS, each operation with its own deadline. Internal to net. Everything here runs
// on the one thread of the executor that it was made with.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/file.h"

namespace boathouse::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

// Something to look at every now and then. One timer looks after all of them, so that an operation that is in time costs
// no timer.
class Watched {
 public:
  virtual ~Watched() = default;
  // Neither adds nor removes what is watched.
  virtual void look(SteadyTime now) = 0;
};

// Looks every tenth of a second while it has something to watch.
class Watch {
 public:
  explicit Watch(const asio::any_io_executor& executor) : timer_(executor) {}
  void add(Watched* watched);
  void remove(Watched* watched);

 private:
  void arm();
  void look();

  asio::steady_timer timer_;
  std::unordered_set<Watched*> watched_;
};

class Transport : public Watched {
 public:
  // Reads at least one byte. On failure 0 with `ec`: end of stream, timed_out, or whatever broke.
  virtual asio::awaitable<std::size_t> read_some(asio::mutable_buffer into, Milliseconds timeout, error_code& ec) = 0;
  // Writes all of the pieces; the timeout begins anew whenever the peer takes something.
  virtual asio::awaitable<void> write(std::string_view a, std::string_view b, std::string_view c, Milliseconds timeout,
                                      error_code& ec) = 0;
  virtual asio::awaitable<void> handshake(bool server, Milliseconds timeout, error_code& ec) = 0;
  // Another descriptor of the socket, for whoever writes to it without a copy and only while write() does not; none
  // where bytes are encrypted here.
  virtual base::UniqueFd duplicate() = 0;
  // Until the socket takes bytes.
  virtual asio::awaitable<void> wait_writable(Milliseconds timeout, error_code& ec) = 0;
  // Says that no more will be sent; reading goes on.
  virtual asio::awaitable<void> shutdown_send(Milliseconds timeout) = 0;
  // Ends every operation now. `reset`: the peer must see that it was cut off.
  virtual void close(bool reset) = 0;
  // Calls `tell` once, within a tick, when the peer has closed its side, also while nothing reads; null looks no more.
  virtual void when_peer_leaves(std::function<void()> tell) = 0;

  std::uint64_t received = 0;  // bytes of content, TLS undone
  std::uint64_t sent = 0;
};

std::unique_ptr<Transport> make_plain_transport(asio::ip::tcp::socket socket, Watch& watch);
// `peer_name`: for a client, the name that the certificate must have; empty checks none.
std::unique_ptr<Transport> make_tls_transport(asio::ip::tcp::socket socket, Watch& watch, asio::ssl::context& context,
                                              const std::string& peer_name);

}  // namespace boathouse::net
