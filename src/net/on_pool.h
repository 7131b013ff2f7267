// SPDX-License-Identifier: Apache-2.0
// How a handler does work that blocks (disk, engine, metadata, password hashing) without holding up its I/O thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>

#include "base/thread_pool.h"

namespace boathouse::net {

// Runs `work` on the pool and resumes on the caller's executor; rethrows what it threw. Error{too_many_requests} when
// the pool's queue is full: nothing was run then. `work` must live until this returns: pass a named variable.
boost::asio::awaitable<void> run_on_pool(base::ThreadPool& pool, const std::function<void()>& work);

// To be called once, from any thread, with what went wrong, or nullptr.
using Completion = std::function<void(std::exception_ptr)>;

// For work that has threads of its own: begins it here and waits until it says that it has ended; rethrows what it ended
// with, or what `begin` threw instead of beginning. `begin` must live until this returns: pass a named variable.
boost::asio::awaitable<void> end_of(const std::function<void(Completion)>& begin);

// The same as run_on_pool() for a call with a result: `auto read = [&] { return tables.list(); };
// auto list = co_await net::on_pool(pool, read);`. The callable may capture by reference: the caller waits for it.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> on_pool(base::ThreadPool& pool, F& work) {
  using Result = std::invoke_result_t<F&>;
  if constexpr (std::is_void_v<Result>) {
    std::function<void()> task = std::ref(work);
    co_await run_on_pool(pool, task);
  } else {
    std::optional<Result> result;
    std::function<void()> task = [&result, &work] { result.emplace(work()); };
    co_await run_on_pool(pool, task);
    co_return std::move(*result);
  }
}

}  // namespace boathouse::net
