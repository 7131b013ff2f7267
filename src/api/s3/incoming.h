// SPDX-License-Identifier: Apache-2.0
// A body on its way into a file: plain, or in signed or unsigned chunks, checked by whatever its sender gave. One thread at
// a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/s3/call.h"
#include "api/s3/payload.h"
#include "net/response.h"

namespace boathouse::api::s3 {

struct Incoming;
// Makes of a body that has come and holds what it should what it is to be.
using Finish = std::function<net::Response(Incoming&)>;

struct Incoming {
  explicit Incoming(Call the_call) : call(std::move(the_call)) {}

  Call call;
  meta::BucketRow bucket = {};
  std::optional<Payload> payload = {};
  std::optional<core::ObjectWriter> writer = {};
  // The checksum that is kept: what its sender named, else what the operation wants.
  std::optional<core::ChecksumKind> checksum = {};
  Finish finish = {};

  void take(std::string_view bytes) {
    payload->feed(bytes, [this](std::string_view plain) { writer->append(plain); });
  }
};

}  // namespace boathouse::api::s3
