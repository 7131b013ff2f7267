// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/login_form.h"

#include "api/common/credentials.h"
#include "api/dataapi/errors.h"

namespace boathouse::api::dataapi {
namespace {

// Of a form without files.
constexpr std::size_t kMaxPlainForm = 1 << 20;

}  // namespace

void LoginForm::begin_part(const net::PartHeader& part) {
  field_ = nullptr;
  if (part.name == "username" && !username_) field_ = &username_.emplace();
  if (part.name == "password" && !password_) field_ = &password_.emplace();
}

void LoginForm::data(std::string_view bytes) {
  if (field_ != nullptr) field_->append(bytes);
}

void LoginForm::take_fields(const net::NamedValues& fields) {
  for (const auto& [name, value] : fields.items) {
    begin_part({.name = name, .filename = std::nullopt, .content_type = {}});
    data(value);
    end_part();
  }
}

void LoginForm::add_missing(boost::json::array& wrong) const {
  if (!header_.empty()) return;
  if (!username_) wrong.push_back(missing_field("body", "username"));
  if (!password_) wrong.push_back(missing_field("body", "password"));
}

auth::Principal LoginForm::authenticate() const {
  auth::Credentials credentials = credentials_of(request_);
  if (username_ && password_) credentials.password = {.username = *username_, .password = *password_};
  return services_.auth.authenticator.authenticate(credentials);
}

boost::asio::awaitable<void> receive_form(net::Request& request, LoginForm& form) {
  const auto parsed = net::parse_parameterized(request.headers.get("Content-Type"));
  const std::string type = parsed ? parsed->value : "";
  if (type == "multipart/form-data") {
    net::MultipartLimits limits;
    limits.body = request.body.limits();
    co_await net::receive_multipart(request, limits, form);
  } else if (type == "application/x-www-form-urlencoded") {
    std::string body = co_await request.body.text(kMaxPlainForm);
    form.take_fields(net::parse_form(body));
  }
}

}  // namespace boathouse::api::dataapi
