// SPDX-License-Identifier: Apache-2.0
#include "net/server_body.h"

#include <array>
#include <boost/asio/this_coro.hpp>

#include "base/error.h"
#include "net/pool_call.h"
#include "net/unfold.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::size_t kFirstTextBytes = 16 << 10;

Error too_large(std::uint64_t max_bytes) {
  return Error(ErrorKind::too_large, "the request's body is larger than " + std::to_string(max_bytes) + " bytes")
      .with("limit", max_bytes);
}

}  // namespace

// Refuses what is known to be too large before the peer is told to send it.
void ServerBody::begin(std::uint64_t max_bytes) {
  if (begun_) throw Error(ErrorKind::internal, "a request's body was read twice");
  begun_ = true;
  if (length_ && *length_ > max_bytes) throw too_large(max_bytes);
}

// Two pieces: one is read while the other is consumed. It outlives the call, so that the pool never sees them go.
struct ServerBody::Pump {
  struct Piece {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
  };

  std::unique_ptr<base::Unfolder> unfolder;
  const ChunkConsumer& consumer;
  PoolCall call;
  std::array<Piece, 2> pieces = {};
  std::string_view ready = {};  // what the running call consumes
  bool last = false;
  bool must_finish = false;  // also where no byte is left
  std::function<void()> work = {};

  void consume() {
    if (!ready.empty()) unfolder->feed(ready, consumer);
    if (last) unfolder->finish();
  }
};

asio::awaitable<void> ServerBody::receive(const ChunkConsumer& consumer, const BodyLimits& limits) {
  begin(limits.max_bytes);
  auto executor = co_await asio::this_coro::executor;
  const std::string_view coding = limits.as_sent ? std::string_view() : std::string_view(coding_);
  Pump pump{make_unfolder(coding, limits), consumer, PoolCall(executor, pool_)};
  pump.must_finish = !is_identity(coding);
  pump.work = [&pump] { pump.consume(); };
  std::exception_ptr error;
  try {
    co_await run(pump);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  try {
    co_await pump.call.join();
  } catch (...) {
    // The first error is the one to tell.
  }
  std::rethrow_exception(error);
}

asio::awaitable<void> ServerBody::run(Pump& pump) {
  std::size_t capacity = static_cast<std::size_t>(std::min<std::uint64_t>(length_.value_or(kPieceBytes), kPieceBytes));
  std::size_t turn = 0;
  while (!pump.last) {
    Pump::Piece& piece = pump.pieces[turn];
    turn = 1 - turn;
    if (!piece.bytes) piece.bytes = std::make_unique_for_overwrite<char[]>(capacity);
    std::span<char> room(piece.bytes.get(), capacity);
    piece.used = co_await stream_.fill(room);
    co_await pump.call.join();
    pump.last = stream_.finished();
    pump.ready = std::string_view(piece.bytes.get(), piece.used);
    if (!pump.ready.empty() || (pump.last && pump.must_finish)) co_await pump.call.begin(pump.work);
  }
  co_await pump.call.join();
}

asio::awaitable<std::string> ServerBody::text(std::size_t max_bytes) {
  if (is_identity(coding_)) {
    begin(max_bytes);
    co_return co_await plain_text(max_bytes);
  }
  BodyLimits limits;
  limits.max_bytes = max_bytes;
  std::string out;
  ChunkConsumer gather = [&out](std::string_view bytes) { out += bytes; };
  co_await receive(gather, limits);
  co_return out;
}

asio::awaitable<std::string> ServerBody::plain_text(std::size_t max_bytes) {
  std::string out;
  std::size_t have = 0;
  while (!stream_.finished()) {
    if (have > max_bytes) throw too_large(max_bytes);
    // Grows with what has come, not with what was announced. A chunked body may come one byte past the limit, and so
    // show.
    std::uint64_t most = length_ ? *length_ : std::min(max_bytes, SIZE_MAX - 1) + 1;
    out.resize(static_cast<std::size_t>(std::min<std::uint64_t>(most, std::max(kFirstTextBytes, have * 2))));
    std::span<char> room(out.data() + have, out.size() - have);
    have += co_await stream_.fill(room);
  }
  if (have > max_bytes) throw too_large(max_bytes);
  out.resize(have);
  co_return out;
}

}  // namespace boathouse::net
