// SPDX-License-Identifier: Apache-2.0
// One blocking call at a time on the pool, begun now and waited for later, so that a coroutine can use the socket in
// the meantime. Internal to net. join() must have returned before what the call uses, or this, goes away: a coroutine
// that begins a call catches everything, joins, then rethrows.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "base/thread_pool.h"

namespace boathouse::net {

// Called by a thread that is about to run an event loop, with what owns it: see pool_call.cc. Null when it is done.
void own_event_loop(std::shared_ptr<void> owner);

class PoolCall {
 public:
  // `executor` is the calling coroutine's, of one thread.
  PoolCall(boost::asio::any_io_executor executor, base::ThreadPool& pool);
  ~PoolCall();

  // Waits for a place in the pool's queue, since half a body cannot be answered with "try again"; Error{unavailable}
  // after ten seconds. Not while one runs.
  boost::asio::awaitable<void> begin(const std::function<void()>& work);
  // Waits for the call, if one runs, and rethrows what it threw.
  boost::asio::awaitable<void> join();
  bool running() const;

 private:
  struct State;
  boost::asio::any_io_executor executor_;
  base::ThreadPool& pool_;
  std::shared_ptr<State> state_;  // shared with the call, whose last act is to say on the executor that it is done
};

}  // namespace boathouse::net
