// SPDX-License-Identifier: Apache-2.0
// What connections do when peers are slow, vanish or are too many, and when the server stops.
#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

#include "net/on_pool.h"
#include "net/test_support.h"

namespace boathouse::net {
namespace {

using boost::asio::awaitable;
using testing::ask;
using testing::RawClient;
using testing::RawResponse;
using testing::TestServer;
using namespace std::chrono_literals;

// Opened once by a test, waited for by handlers on the pool.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void await_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    server.router.add("GET", "/ok", [](Request&) -> awaitable<Response> { co_return text_response(200, "ok"); });
    server.router.add("POST", "/text", [](Request& request) -> awaitable<Response> {
      std::string text = co_await request.body.text(1 << 20);
      co_return text_response(200, std::to_string(text.size()));
    });
    server.router.add("GET", "/gate", [this](Request&) -> awaitable<Response> {
      auto work = [this] { gate.wait(); };
      co_await on_pool(server.pool, work);
      co_return text_response(200, "through");
    });
  }
  void wait_for_connections(std::size_t count) {
    while (server.server->connections() != count) std::this_thread::sleep_for(1ms);
  }

  Gate gate;
  TestServer server;
};

constexpr char kGetOk[] = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(ConnectionTest, SlowHeadsAndBodiesGet408) {
  server.options.timeouts.headers = 200ms;
  server.options.timeouts.body_grace = 200ms;
  server.start();
  EXPECT_EQ(ask(server, "GET /ok HT").status, 408);
  EXPECT_EQ(ask(server, "GET /ok HTTP/1.1\r\nHost: h\r\n").status, 408);
  EXPECT_EQ(ask(server, "POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").status, 408);
  EXPECT_EQ(ask(server, "POST /text HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc").status, 408);
}

TEST_F(ConnectionTest, ATrickleIsTooSlowHoweverSteady) {
  server.options.timeouts.body_grace = 300ms;
  server.start();
  RawClient client(server.address);
  client.send("POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  std::jthread trickle([&](std::stop_token stop) {
    while (!stop.stop_requested() && client.send("a")) std::this_thread::sleep_for(20ms);
  });
  EXPECT_EQ(client.read_response().status, 408);
  trickle.request_stop();
}

TEST_F(ConnectionTest, BytesEarnPatience) {
  server.options.timeouts.body_grace = 100ms;
  server.options.timeouts.body_bytes_per_second = 100'000;
  server.start();
  RawClient client(server.address);
  client.send("POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n" + std::string(100'000, 'a'));
  std::this_thread::sleep_for(400ms);
  client.send("b");
  EXPECT_EQ(client.read_response().body, "100001");
}

TEST_F(ConnectionTest, IdleConnectionsAreClosedWithoutAWord) {
  server.options.timeouts.idle = 200ms;
  server.start();
  RawClient silent(server.address);
  EXPECT_EQ(silent.read_all(), "");
  RawClient client(server.address);
  client.send(kGetOk);
  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(ConnectionTest, TooManyConnectionsGet503) {
  server.options.limits.connections = 2;
  server.start();
  {
    RawClient first(server.address);
    RawClient second(server.address);
    first.send(kGetOk);
    second.send(kGetOk);
    EXPECT_EQ(first.read_response().status, 200);
    EXPECT_EQ(second.read_response().status, 200);
    RawResponse refused = ask(server, kGetOk);
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.get("Retry-After"), "1");
  }
  wait_for_connections(0);
  EXPECT_EQ(ask(server, kGetOk).status, 200);
}

TEST_F(ConnectionTest, PeersThatVanishLeaveNothingBehind) {
  std::atomic<int> ended = 0;
  server.router.add("POST", "/stream", [&ended](Request& request) -> awaitable<Response> {
    ChunkConsumer ignore = [](std::string_view) {};
    try {
      co_await request.body.receive(ignore);
    } catch (...) {
      ++ended;
      throw;
    }
    co_return empty_response();
  });
  server.start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(server.address);
    client.send("POST /stream HTTP/1.1\r\nHost: h\r\n" +
                std::string(i % 2 ? "Content-Length: 9000000" : "Transfer-Encoding: chunked") + "\r\n\r\n" +
                (i % 2 ? "" : "400000\r\n") + std::string(3'000'000, 'a'));
    if (i % 4 < 2) {
      client.reset();
    } else {
      client.close();
    }
  }
  {
    RawClient early(server.address);
    early.send("GET /ok HT");
    early.reset();
  }
  // Those that the system has taken may yet be handed to the server.
  while (ended < 20) std::this_thread::sleep_for(1ms);
  wait_for_connections(0);
  EXPECT_EQ(ended, 20);
  EXPECT_EQ(ask(server, kGetOk).status, 200);
}

TEST_F(ConnectionTest, AHalfClosedPeerStillGetsItsAnswer) {
  server.start();
  RawClient client(server.address);
  client.send("POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  client.end();
  EXPECT_EQ(client.read_response().status, 400);
  RawClient whole(server.address);
  whole.send(kGetOk);
  whole.end();
  EXPECT_EQ(whole.read_response().status, 200);
}

TEST_F(ConnectionTest, AClientThatTakesNothingIsCutOff) {
  server.options.timeouts.write = 300ms;
  server.router.add("GET", "/much",
                    [](Request&) -> awaitable<Response> { co_return text_response(200, std::string(64 << 20, 'a')); });
  server.start();
  RawClient client(server.address);
  client.send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
  wait_for_connections(1);
  wait_for_connections(0);
  EXPECT_LT(client.read_all().size(), 64U << 20);
}

TEST_F(ConnectionTest, StopLetsRunningRequestsFinishAndClosesIdleOnes) {
  server.start();
  RawClient idle(server.address);
  idle.send(kGetOk);
  EXPECT_EQ(idle.read_response().status, 200);
  RawClient busy(server.address);
  busy.send("GET /gate HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.await_one();
  std::thread stopper([this] { server.server->stop(20s); });
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_THROW(
      {
        // Accepting ends a moment before or after the idle connection's end.
        for (int i = 0; i < 1000; ++i) {
          RawClient late(server.address);
          std::this_thread::sleep_for(1ms);
        }
      },
      std::runtime_error);
  gate.open();
  RawResponse response = busy.read_response();
  EXPECT_EQ(response.body, "through");
  EXPECT_EQ(response.headers.get("Connection"), "close");
  stopper.join();
  EXPECT_EQ(server.server->connections(), 0U);
  server.server->stop(0s);
}

TEST_F(ConnectionTest, StopBreaksOffWhatOutlastsItsPatience) {
  server.start();
  RawClient reading(server.address);
  reading.send("POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  RawClient busy(server.address);
  busy.send("GET /gate HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.await_one();
  std::thread stopper([this] { server.server->stop(50ms); });
  EXPECT_EQ(busy.read_all(), "");
  EXPECT_EQ(reading.read_all(), "");
  gate.open();  // stop() waits for the handler that is still on the pool
  stopper.join();
  EXPECT_EQ(server.server->connections(), 0U);
}

TEST_F(ConnectionTest, ManyClientsAtOnceAreAllAnswered) {
  server.start();
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i) {
      clients.emplace_back([&] {
        RawClient client(server.address);
        for (int k = 0; k < 100; ++k) {
          client.send("POST /text HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'a'));
          if (client.read_response().body == "5000") ++answered;
        }
      });
    }
  }
  EXPECT_EQ(answered, 1600);
}

// A handler that waits on the pool for its request to be abandoned.
awaitable<Response> wait_until_abandoned(base::ThreadPool& pool, Request& request, Gate& begun,
                                         std::promise<bool>& seen) {
  auto work = [&] {
    begun.open();
    for (int i = 0; i < 2000 && !request.abandoned.stop_requested(); ++i) std::this_thread::sleep_for(10ms);
    seen.set_value(request.abandoned.stop_requested());
  };
  co_await on_pool(pool, work);
  co_return text_response(200, "nobody reads this");
}

class AbandonedTest : public ConnectionTest {
 protected:
  AbandonedTest() {
    server.router.add("POST", "/long",
                      [this](Request& request) { return wait_until_abandoned(server.pool, request, begun, seen); });
  }
  Gate begun;
  std::promise<bool> seen;
};

TEST_F(AbandonedTest, AHandlerIsToldWhenItsClientLeaves) {
  server.start();
  RawClient client(server.address);
  client.send("POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");  // bytes that nobody reads
  begun.wait();
  client.close();
  EXPECT_TRUE(seen.get_future().get());
}

TEST_F(AbandonedTest, AHandlerIsToldWhenTheServerBreaksOff) {
  server.start();
  RawClient client(server.address);
  client.send("POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  begun.wait();
  server.server->stop(0ms);
  EXPECT_TRUE(seen.get_future().get());
}

TEST_F(AbandonedTest, AClientThatStaysIsNotGone) {
  server.router.add("GET", "/ticks", [this](Request& request) -> awaitable<Response> {
    auto work = [&] {
      std::this_thread::sleep_for(300ms);  // some looks of the watch
      return request.abandoned.stop_requested();
    };
    const bool gone = co_await on_pool(server.pool, work);
    co_return text_response(200, gone ? "gone" : "here");
  });
  server.start();
  EXPECT_EQ(ask(server, "GET /ticks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").body, "here");
}

}  // namespace
}  // namespace boathouse::net
