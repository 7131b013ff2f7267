// SPDX-License-Identifier: Apache-2.0
#include "api/common/byte_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/error.h"

namespace boathouse::api {
namespace {

std::string drain(ByteQueue& queue, std::size_t piece) {
  std::string out;
  std::string buffer(piece, '\0');
  while (std::size_t got = queue.pop(buffer)) out.append(buffer, 0, got);
  return out;
}

TEST(ByteQueue, PassesEveryByteInOrderWhateverThePieces) {
  for (std::size_t piece : {1u, 3u, 7u, 1000u}) {
    ByteQueue queue(10);
    std::string sent;
    std::thread maker([&] {
      for (int i = 0; i < 200; ++i) {
        std::string text = std::to_string(i) + (i % 50 == 0 ? std::string(25, 'x') : "");
        sent += text;
        queue.push(text);
      }
      queue.finish();
    });
    std::string got = drain(queue, piece);
    maker.join();
    EXPECT_EQ(got, sent) << piece;
  }
}

TEST(ByteQueue, AFullQueueHoldsTheMakerBack) {
  ByteQueue queue(4);
  std::atomic<int> pushed = 0;
  std::thread maker([&] {
    for (int i = 0; i < 3; ++i) {
      queue.push("abcd");
      ++pushed;
    }
    queue.finish();
  });
  std::string first(4, '\0');
  EXPECT_EQ(queue.pop(first), 4u);
  EXPECT_LE(pushed.load(), 2);  // one taken, one in the queue at most
  EXPECT_EQ(drain(queue, 4), "abcdabcd");
  maker.join();
  EXPECT_EQ(pushed.load(), 3);
}

TEST(ByteQueue, AFailureComesAfterTheBytesBeforeIt) {
  ByteQueue queue(100);
  queue.push("abc");
  queue.fail(std::make_exception_ptr(base::Error(base::ErrorKind::timeout, "late")));
  std::string buffer(10, '\0');
  EXPECT_EQ(queue.pop(buffer), 3u);
  EXPECT_THROW(queue.pop(buffer), base::Error);
}

TEST(ByteQueue, AbandoningFreesAMakerThatWaits) {
  ByteQueue queue(4);
  bool cancelled = false;
  std::thread maker([&] {
    try {
      while (true) queue.push("abcd");
    } catch (const base::Error& error) {
      cancelled = error.kind() == base::ErrorKind::cancelled;
    }
  });
  queue.abandon();
  maker.join();
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace boathouse::api
