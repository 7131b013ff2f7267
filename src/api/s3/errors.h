// SPDX-License-Identifier: Apache-2.0
// The S3 door's errors, with AWS's codes and statuses, as AWS's XML.
#pragma once

#include <string>
#include <string_view>

#include "net/errors.h"

namespace boathouse::api::s3 {

net::Response render_error(const net::Request& request, const base::Error& error);

// An error of this door alone: `code` is AWS's own name, which is in the table of errors.cc.
base::Error refusal(std::string_view code, std::string message);

// AWS's name and words for an error that is told inside of an answer.
struct NamedError {
  int status = 500;
  std::string code{};
  std::string message{};
};
NamedError named(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::s3
