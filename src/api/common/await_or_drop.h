// SPDX-License-Identifier: Apache-2.0
// A body on its way into something staged, which goes when the body breaks off.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "net/on_pool.h"

namespace boathouse::api {

// Awaits `work`. When that throws, takes `staged` away on the pool, since that blocks, and throws the same.
template <class T>
boost::asio::awaitable<void> await_or_drop(base::ThreadPool& pool, boost::asio::awaitable<void> work,
                                           std::optional<T>& staged) {
  std::exception_ptr broken_off;
  try {
    co_await std::move(work);
  } catch (...) {
    broken_off = std::current_exception();
  }
  if (!broken_off) co_return;
  auto drop = [&] { staged.reset(); };
  co_await net::on_pool(pool, drop);
  std::rethrow_exception(broken_off);
}

}  // namespace boathouse::api
