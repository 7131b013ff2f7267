// SPDX-License-Identifier: Apache-2.0
// What this room's uses of zlib share. Any thread; a stream belongs to one thread.
#pragma once

#include <zlib.h>

#include <string_view>

#include "base/error.h"

namespace boathouse::iceberg {

// Gives a stream back to zlib whatever happens.
struct ZStream {
  z_stream stream{};
  int (*end)(z_stream*);
  ~ZStream() { end(&stream); }
};

// windowBits of a raw deflate stream, without any header, and of a gzip file.
inline constexpr int kRawDeflate = -15;
inline constexpr int kGzipFile = 15 + 16;

[[noreturn]] inline void no_memory() {
  throw base::Error(base::ErrorKind::unavailable, "not enough memory to compress metadata");
}

// zlib never writes to its input. At most 4 GiB.
inline void set_input(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace boathouse::iceberg
