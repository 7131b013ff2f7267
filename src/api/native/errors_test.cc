// SPDX-License-Identifier: Apache-2.0
#include "api/native/errors.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace boathouse::api::native {
namespace {

TEST(NativeErrors, ARefusedBatchHasTheMembersOfItsOutcome) {
  net::Request request;
  request.request_id = "r1";
  request.path = "/v1/x";
  boost::json::object outcome{{"rows_received", 2}, {"rows_rejected", 1}, {"rejected", boost::json::array{1}}};
  net::Response response = render_error(
      request,
      base::Error(base::ErrorKind::unprocessable, "1 row was rejected").code("rows-rejected").with("outcome", outcome));
  EXPECT_EQ(response.status, 422);
  auto body = boost::json::parse(std::get<std::string>(response.body)).as_object();
  EXPECT_EQ(body.at("rows_received").as_int64(), 2);
  EXPECT_EQ(body.at("rejected").as_array().size(), 1u);
  EXPECT_EQ(body.at("detail").as_string(), "1 row was rejected");
  EXPECT_EQ(body.at("request_id").as_string(), "r1");
  EXPECT_FALSE(body.contains("outcome"));
}

TEST(NativeErrors, OthersAreProblems) {
  net::Response response = render_error(net::Request(), base::Error(base::ErrorKind::unauthenticated, "who?"));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
  EXPECT_TRUE(response.headers.has("WWW-Authenticate"));
}

}  // namespace
}  // namespace boathouse::api::native
