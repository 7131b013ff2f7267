// SPDX-License-Identifier: Apache-2.0
// The one exception of the house. It is thrown where the cause is known and turned into a protocol's answer in exactly one
// place per door. `message` is for the person who sent the request: it says what is wrong, where, and how to mend it, and
// never carries a secret or a path of the server. Safe to throw and catch on any thread.
#pragma once

#include <boost/json/object.hpp>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::base {

enum class ErrorKind {
  invalid_argument,   // the request is wrong in itself
  unauthenticated,    // no or wrong credentials
  permission_denied,  // known, but may not
  not_found,          // does not exist, or must not be seen
  already_exists,     // a name or key is taken
  conflict,           // the state changed or forbids it; a retry may help
  too_large,          // past a limit of size
  unsupported_media,  // a format that we do not read
  unprocessable,      // understood and refused as a whole (on_reject=fail, an idempotency key reused)
  too_many_requests,  // past a limit of rate or of work at once
  timeout,            // past its time limit
  cancelled,          // stopped by its owner
  storage_full,       // no space left, or past a quota of bytes
  unavailable,        // cannot now, can again: starting, draining, a failing disk
  unknown_outcome,    // may have happened; look before doing it again
  internal,           // a bug of ours
};

std::string_view to_string(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  // A finer name than the kind, stable for clients, e.g. "password-change-required"; the kind's own name unless set.
  Error&& code(std::string value) && {
    code_ = std::move(value);
    return std::move(*this);
  }
  // A machine-readable fact of the error (line, column, limit...), shown beside the message.
  Error&& with(std::string_view key, boost::json::value value) && {
    detail_[key] = std::move(value);
    return std::move(*this);
  }
  Error&& with(std::string_view key, const std::string& text) && {
    detail_[key].emplace_string() = text;
    return std::move(*this);
  }
  Error&& with(std::string_view key, const char* text) && { return std::move(*this).with(key, std::string(text)); }
  // What was being done, outermost last; for the log, not for the client.
  Error& while_doing(std::string what) {
    trail_.push_back(std::move(what));
    return *this;
  }

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  std::string_view code() const { return code_.empty() ? to_string(kind_) : std::string_view(code_); }
  const boost::json::object& detail() const { return detail_; }
  const std::vector<std::string>& trail() const { return trail_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string code_;
  std::string message_;
  boost::json::object detail_;
  std::vector<std::string> trail_;
};

// The error of a failed system call: `what` says what was tried (no secret, no path that a client may not know);
// errno ENOSPC, EDQUOT and EFBIG become storage_full, all else unavailable.
Error system_error(int error_number, std::string what);

}  // namespace boathouse::base
