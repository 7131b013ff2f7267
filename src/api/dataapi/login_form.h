// SPDX-License-Identifier: Apache-2.0
// The part that this door's forms share: `username` and `password`, unless an Authorization header says who sends. Any other
// field is for the derived form. Calls block; one at a time.
#pragma once

#include <optional>
#include <string>

#include "api/common/services.h"
#include "net/multipart.h"

namespace boathouse::api::dataapi {

class LoginForm : public net::MultipartConsumer {
 public:
  LoginForm(const Services& services, const net::Request& request) : services_(services), request_(request) {}

  void begin_part(const net::PartHeader& part) override;
  void data(std::string_view bytes) override;
  void end_part() override { field_ = nullptr; }

  // The fields of a form that came url-encoded, so without a file.
  void take_fields(const net::NamedValues& fields);

  // Names in FastAPI's list what is missing.
  void add_missing(boost::json::array& wrong) const;
  bool knows_credentials() const { return !header_.empty() || (username_ && password_); }
  // Throws as Authenticator::authenticate() does.
  auth::Principal authenticate() const;

 protected:
  const Services& services_;
  const net::Request& request_;

 private:
  const std::string header_{request_.headers.get("Authorization")};
  std::optional<std::string> username_;
  std::optional<std::string> password_;
  std::string* field_ = nullptr;  // what data() goes to
};

// Reads the request's body into the form, multipart or url-encoded; any other body is a form without fields.
boost::asio::awaitable<void> receive_form(net::Request& request, LoginForm& form);

}  // namespace boathouse::api::dataapi
