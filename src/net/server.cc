// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <csignal>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/numbers.h"
#include "net/pool_call.h"
#include "net/session.h"
#include "net/tls.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;
using tcp = asio::ip::tcp;

// Out of file descriptors, most likely: one that closes makes room.
constexpr Milliseconds kAcceptPause{50};
// So many connections beyond the limit are told 503; more than that are closed without a word.
constexpr std::size_t kRefusalsAtOnce = 256;

struct HostPort {
  std::string host;
  std::string port;
};

// The resolver would take 99999 for another port.
bool is_port(std::string_view text) { return base::parse_number<std::uint16_t>(text).has_value(); }

HostPort split_address(const std::string& listen) {
  std::size_t colon = listen.rfind(':');
  bool bracketed = listen.starts_with('[');
  if (colon == std::string::npos || !is_port(std::string_view(listen).substr(colon + 1)) ||
      (bracketed && (colon < 2 || listen[colon - 1] != ']'))) {
    throw Error(ErrorKind::invalid_argument,
                "an address to listen on is HOST:PORT or [IPV6]:PORT, the port from 0 to 65535, not '" + listen + "'");
  }
  return {bracketed ? listen.substr(1, colon - 2) : listen.substr(0, colon), listen.substr(colon + 1)};
}

std::string to_text(const tcp::endpoint& endpoint) {
  std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

// An IPv4 peer of an IPv6 listener is told as the IPv4 address that it is.
std::string peer_address(const tcp::socket& socket) {
  error_code ec;
  asio::ip::address address = socket.remote_endpoint(ec).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

tcp::endpoint resolve(asio::io_context& context, const std::string& listen) {
  HostPort parts = split_address(listen);
  error_code ec;
  tcp::resolver resolver(context);
  auto found = resolver.resolve(parts.host.empty() ? "::" : parts.host, parts.port, tcp::resolver::passive, ec);
  if (ec || found.empty()) {
    throw Error(ErrorKind::invalid_argument,
                "cannot listen on '" + listen + "': " + (ec ? ec.message() : "no such address"));
  }
  return found.begin()->endpoint();
}

}  // namespace

void check_listen_address(const std::string& listen) {
  asio::io_context events;
  tcp::endpoint endpoint = resolve(events, listen);
  endpoint.port(0);
  error_code ec;
  tcp::acceptor acceptor(events);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (ec) throw Error(ErrorKind::invalid_argument, "cannot listen on '" + listen + "': " + ec.message());
}

class Server::Impl {
 public:
  Impl(const Router& router, base::ThreadPool& pool, ServerOptions options)
      : options_(std::move(options)),
        dispatcher_(router, options_.cors_origins),
        context_{.dispatcher = dispatcher_, .pool = pool, .options = options_} {}

  std::string start();
  void stop(Milliseconds patience);
  std::size_t connections() const {
    std::lock_guard lock(mutex_);
    return open_;
  }

 private:
  // An I/O thread with its connections, which only it touches.
  struct Worker {
    asio::io_context events{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(events);
    Watch watch{events.get_executor()};
    std::unordered_set<Session*> sessions;
    std::thread thread;
  };

  void listen();
  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(Worker* worker, tcp::socket socket, bool refused);
  std::unique_ptr<Transport> make_transport(Worker& worker, tcp::socket socket);
  void on_every_session(void (Session::*action)());
  enum class Admission { taken, refused, dropped };
  Admission admit();
  void closed();

  const ServerOptions options_;
  const Dispatcher dispatcher_;
  SessionContext context_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::vector<std::shared_ptr<Worker>> workers_;  // shared with calls on the pool: see own_event_loop()
  std::unique_ptr<tcp::acceptor> acceptor_;       // after start() used by the first worker's thread alone

  mutable std::mutex mutex_;
  std::condition_variable all_closed_;
  std::size_t open_ = 0;  // guarded by mutex_
};

std::string Server::Impl::start() {
  if (options_.tls_cert.empty() != options_.tls_key.empty()) {
    throw Error(ErrorKind::invalid_argument, "TLS needs both a certificate and a key");
  }
  if (!options_.tls_cert.empty()) {
    tls_ = std::make_unique<asio::ssl::context>(make_server_tls(options_.tls_cert, options_.tls_key));
    context_.secure = true;
  }
  std::size_t threads = options_.threads ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < threads; ++i) workers_.push_back(std::make_shared<Worker>());
  try {
    listen();
  } catch (...) {
    workers_.clear();
    throw;
  }
  std::string address = to_text(acceptor_->local_endpoint());
  asio::co_spawn(workers_.front()->events, accept_all(), asio::detached);
  for (const auto& worker : workers_) {
    worker->thread = std::thread([worker = worker.get(), owner = std::weak_ptr(worker)] {
      own_event_loop(owner.lock());
      worker->events.run();
      own_event_loop(nullptr);
    });
  }
  return address;
}

void Server::Impl::listen() {
  asio::io_context& events = workers_.front()->events;
  tcp::endpoint endpoint = resolve(events, options_.listen);
  acceptor_ = std::make_unique<tcp::acceptor>(events);
  error_code ec;
  acceptor_->open(endpoint.protocol(), ec);
  if (!ec) acceptor_->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && endpoint.address().is_v6()) {
    acceptor_->set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), ec);
  }
  if (!ec) acceptor_->bind(endpoint, ec);
  if (!ec) acceptor_->listen(tcp::acceptor::max_listen_connections, ec);
  if (!ec) return;
  acceptor_.reset();
  throw Error(ErrorKind::unavailable, "cannot listen on " + options_.listen + ": " + ec.message());
}

asio::awaitable<void> Server::Impl::accept_all() {
  for (std::size_t turn = 0; !context_.draining; turn = (turn + 1) % workers_.size()) {
    Worker& worker = *workers_[turn];
    tcp::socket socket(worker.events);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await acceptor_->async_accept(socket, token);
    if (!acceptor_->is_open()) break;
    if (ec) {
      asio::steady_timer pause(workers_.front()->events, kAcceptPause);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    socket.set_option(tcp::no_delay(true), ec);
    Admission admission = admit();
    if (admission == Admission::dropped) continue;
    asio::co_spawn(worker.events, serve(&worker, std::move(socket), admission == Admission::refused), asio::detached);
  }
}

asio::awaitable<void> Server::Impl::serve(Worker* worker, tcp::socket socket, bool refused) {
  try {
    std::string peer = peer_address(socket);
    Session session(context_, make_transport(*worker, std::move(socket)), std::move(peer));
    worker->sessions.insert(&session);
    std::exception_ptr broken;
    try {
      if (!refused) {
        co_await session.run();
      } else if (!tls_) {
        co_await session.refuse();
      }
    } catch (...) {
      broken = std::current_exception();
    }
    worker->sessions.erase(&session);
    if (broken) std::rethrow_exception(broken);
  } catch (const std::exception& error) {
    base::log_error("connection_failed", {{"error", error.what()}});
  }
  closed();
}

std::unique_ptr<Transport> Server::Impl::make_transport(Worker& worker, tcp::socket socket) {
  if (tls_) return make_tls_transport(std::move(socket), worker.watch, *tls_, "");
  return make_plain_transport(std::move(socket), worker.watch);
}

Server::Impl::Admission Server::Impl::admit() {
  std::size_t now = 0;
  {
    std::lock_guard lock(mutex_);
    if (open_ < options_.limits.connections + kRefusalsAtOnce) now = ++open_;
  }
  bool taken = now > 0 && now <= options_.limits.connections;
  if (options_.metrics && now > 0) options_.metrics->connection_opened();
  if (options_.metrics && !taken) options_.metrics->connection_refused();
  return taken ? Admission::taken : now > 0 ? Admission::refused : Admission::dropped;
}

void Server::Impl::closed() {
  if (options_.metrics) options_.metrics->connection_closed();
  std::lock_guard lock(mutex_);
  if (--open_ == 0) all_closed_.notify_all();
}

void Server::Impl::on_every_session(void (Session::*action)()) {
  for (const auto& worker : workers_) {
    asio::post(worker->events, [worker = worker.get(), action] {
      for (Session* session : worker->sessions) (session->*action)();
    });
  }
}

void Server::Impl::stop(Milliseconds patience) {
  if (!acceptor_) return;
  context_.draining = true;
  asio::post(workers_.front()->events, [this] { acceptor_->close(); });
  on_every_session(&Session::drain);
  auto none_open = [this] { return open_ == 0; };
  {
    std::unique_lock lock(mutex_);
    all_closed_.wait_for(lock, patience, none_open);
  }
  on_every_session(&Session::abort);
  {
    std::unique_lock lock(mutex_);
    all_closed_.wait(lock, none_open);
  }
  for (const auto& worker : workers_) {
    worker->guard.reset();
    worker->thread.join();
  }
  acceptor_.reset();
  workers_.clear();
}

Server::Server(const Router& router, base::ThreadPool& pool, ServerOptions options)
    : impl_(std::make_unique<Impl>(router, pool, std::move(options))) {
  std::signal(SIGPIPE, SIG_IGN);
}
Server::~Server() { stop(Milliseconds(0)); }
std::string Server::start() { return impl_->start(); }
void Server::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace boathouse::net
