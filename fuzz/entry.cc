// SPDX-License-Identifier: Apache-2.0
// libFuzzer's entry, the same for every target.
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {

void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "a broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

std::uint8_t take_byte(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  auto byte = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

}  // namespace boathouse::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using boathouse::base::Error;
  using boathouse::base::ErrorKind;
  try {
    boathouse::fuzz::fuzz_one({reinterpret_cast<const char*>(data), size});
  } catch (const Error& error) {
    bool is_a_bug = error.kind() == ErrorKind::internal && error.code() != "damaged-metadata";
    boathouse::fuzz::require(!is_a_bug, error.message());
  }
  return 0;
}
