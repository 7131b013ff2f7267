// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/insights.h"

#include <boost/json/array.hpp>

#include "api/common/credentials.h"
#include "api/common/public_insights.h"
#include "api/common/spool.h"
#include "api/dataapi/errors.h"
#include "api/dataapi/permission.h"
#include "api/dataapi/row_objects.h"
#include "api/dataapi/upload_form.h"
#include "base/error.h"
#include "base/numbers.h"
#include "net/on_pool.h"

namespace boathouse::api::dataapi {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

constexpr std::int64_t kDefaultLimit = 100;
constexpr std::int64_t kMaxLimit = 100'000;

struct Wanted {
  std::string name;
  std::int64_t limit = kDefaultLimit;
};

// The words that FastAPI says about a number; nothing when it is fine.
std::optional<boost::json::object> wrong_limit(const std::string& text, std::int64_t& limit) {
  auto parsed = base::parse_number<std::int64_t>(text);
  if (!parsed) return invalid_field("query", "limit", "value is not a valid integer", "type_error.integer");
  limit = *parsed;
  if (limit < 1) {
    auto field =
        invalid_field("query", "limit", "ensure this value is greater than or equal to 1", "value_error.number.not_ge");
    field["ctx"] = {{"limit_value", 1}};
    return field;
  }
  if (limit > kMaxLimit) {
    auto field =
        invalid_field("query", "limit", fmt::format("ensure this value is less than or equal to {}", kMaxLimit),
                      "value_error.number.not_le");
    field["ctx"] = {{"limit_value", kMaxLimit}};
    return field;
  }
  return std::nullopt;
}

Wanted read_query(const net::Request& request) {
  Wanted wanted;
  boost::json::array wrong;
  const std::string* name = request.query.find("table");
  if (name) {
    wanted.name = *name;
  } else {
    wrong.push_back(missing_field("query", "table"));
  }
  if (const std::string* limit = request.query.find("limit")) {
    if (auto field = wrong_limit(*limit, wanted.limit)) wrong.push_back(std::move(*field));
  }
  if (!wrong.empty()) throw invalid_fields(std::move(wrong));
  return wanted;
}

net::Response run(const Services& services, const net::Request& request) {
  Wanted wanted = read_query(request);
  auto found = look_for_insight(services, kWorkspace, wanted.name);
  if (!found) {
    throw Error(ErrorKind::not_found, fmt::format("The insight {} is not supported", wanted.name))
        .code(std::string(kNoInsight));
  }
  if (!found->insight.is_public) {
    allow(services, services.auth.authenticator.authenticate(credentials_of(request)), auth::Action::read);
  }
  Spool spool(services.spool);
  RowObjects objects([&](std::string_view text) { spool.append(text); });
  services.insights.run(found->workspace, found->insight, engine::ResultFormat::json_rows,
                        static_cast<std::uint64_t>(wanted.limit), objects, request.abandoned);
  objects.finish();
  return std::move(spool).to_response(200, "application/json");
}

asio::awaitable<net::Response> handle(const Services& services, net::Request& request) {
  auto work = [&] { return run(services, request); };
  co_return co_await net::on_pool(services.engine_work, work);
}

}  // namespace

net::Handler get_insights(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request); };
}

}  // namespace boathouse::api::dataapi
