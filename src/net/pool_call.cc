// SPDX-License-Identifier: Apache-2.0
#include "net/pool_call.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::net {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kRetry{5};
constexpr int kRetries = 2000;

std::exception_ptr run_catching(const std::function<void()>& work) {
  try {
    work();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

// Owns the event loop that this thread runs. A call on the pool holds a share of it, since its thread is still inside
// asio::post() when the loop may already be running what was posted, be stopped and go away.
thread_local std::shared_ptr<void> thread_event_loop;

// Something that ends on another thread and completes `handler` on its own executor.
template <class Handler>
struct Call {
  explicit Call(Handler wanted) : handler(std::move(wanted)) {}

  std::shared_ptr<void> event_loop = thread_event_loop;  // the last to be destroyed
  Handler handler;
  asio::associated_executor_t<Handler> executor = asio::get_associated_executor(handler);
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard{executor};

  void complete(std::exception_ptr error) {
    // Moved all the way: the thread that reports an error keeps no share of it.
    asio::post(executor, [handle = std::move(handler), thrown = std::move(error)]() mutable {
      std::move(handle)(std::move(thrown));
    });
  }
};

// std::function copies, completion handlers do not.
template <class Handler>
std::shared_ptr<Call<std::decay_t<Handler>>> share(Handler&& handler) {
  return std::make_shared<Call<std::decay_t<Handler>>>(std::forward<Handler>(handler));
}

struct QueueOnPool {
  base::ThreadPool* pool;
  const std::function<void()>* work;

  template <class Handler>
  void operator()(Handler&& handler) const {
    auto call = share(std::forward<Handler>(handler));
    auto task = [call, run = work]() mutable { std::exchange(call, nullptr)->complete(run_catching(*run)); };
    if (pool->submit(task)) return;
    call->complete(std::make_exception_ptr(
        base::Error(base::ErrorKind::too_many_requests, "the server is too busy; try again").with("retry_after", 1)));
  }
};

struct BeginElsewhere {
  const std::function<void(Completion)>* begin;

  template <class Handler>
  void operator()(Handler&& handler) const {
    auto call = share(std::forward<Handler>(handler));
    try {
      (*begin)([call](std::exception_ptr error) { call->complete(std::move(error)); });
    } catch (...) {
      call->complete(std::current_exception());
    }
  }
};

}  // namespace

asio::awaitable<void> end_of(const std::function<void(Completion)>& begin) {
  BeginElsewhere elsewhere{&begin};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(elsewhere,
                                                                                         asio::use_awaitable);
}

void own_event_loop(std::shared_ptr<void> owner) { thread_event_loop = std::move(owner); }

asio::awaitable<void> run_on_pool(base::ThreadPool& pool, const std::function<void()>& work) {
  QueueOnPool queue{&pool, &work};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(queue, asio::use_awaitable);
}

struct PoolCall::State {
  explicit State(const asio::any_io_executor& executor) : done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;  // cancelled when the call has ended
  bool running = false;
  std::exception_ptr error;
};

PoolCall::PoolCall(asio::any_io_executor executor, base::ThreadPool& pool)
    : executor_(std::move(executor)), pool_(pool), state_(std::make_shared<State>(executor_)) {}

PoolCall::~PoolCall() = default;

bool PoolCall::running() const { return state_->running; }

asio::awaitable<void> PoolCall::begin(const std::function<void()>& work) {
  auto task = [event_loop = thread_event_loop, state = state_, call = &work]() mutable {
    std::exception_ptr error = run_catching(*call);
    auto executor = state->done.get_executor();
    asio::post(executor, [state = std::move(state), thrown = std::move(error)]() mutable {
      state->error = std::move(thrown);
      state->running = false;
      state->done.cancel();
    });
  };
  state_->running = true;
  for (int i = 0; !pool_.submit(task); ++i) {
    if (i == kRetries) {
      state_->running = false;
      throw base::Error(base::ErrorKind::unavailable, "the server is too busy; try again").with("retry_after", 5);
    }
    asio::steady_timer pause(executor_, kRetry);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> PoolCall::join() {
  if (state_->running) {
    boost::system::error_code cancelled;
    auto token = asio::redirect_error(asio::use_awaitable, cancelled);
    co_await state_->done.async_wait(token);
  }
  if (state_->error) std::rethrow_exception(std::exchange(state_->error, nullptr));
}

}  // namespace boathouse::net
