// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/output.h"

#include <unistd.h>

#include "engine/worker/duck.h"

namespace boathouse::engine {

void Output::send(FrameType type, std::string_view payload) {
  if (write_frame(fd_, type, payload) != Io::ok) ::_exit(0);
}

void ResultBytes::flush() {
  sent_ += buffer_.size();
  if (max_bytes_ && sent_ > *max_bytes_) {
    throw DuckError{"Result too large", "the result is larger than " + std::to_string(*max_bytes_) + " bytes",
                    std::nullopt};
  }
  for (std::string_view rest = buffer_; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kDataFrame))) {
    output_.send(type_, rest.substr(0, kDataFrame));
  }
  buffer_.clear();
  // One wide row must not stay in memory for the rest of the result.
  if (buffer_.capacity() > 4 * kDataFrame) buffer_.shrink_to_fit();
}

}  // namespace boathouse::engine
