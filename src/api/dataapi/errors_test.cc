// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/errors.h"

#include <gtest/gtest.h>

namespace boathouse::api::dataapi {
namespace {

using base::Error;
using base::ErrorKind;

struct Case {
  Error error;
  int status;
  std::string body;
};

void expect(net::Response (*render)(const net::Request&, const Error&), const Case& wanted) {
  net::Response response = render(net::Request(), wanted.error);
  EXPECT_EQ(response.status, wanted.status) << wanted.error.message();
  EXPECT_EQ(std::get<std::string>(response.body), wanted.body);
}

TEST(DataApiErrors, UploadHasItsOwnTable) {
  const Case cases[] = {
      {Error(ErrorKind::unauthenticated, "secret reasons"), 400, R"({"detail":"Incorrect username or password"})"},
      {Error(ErrorKind::permission_denied, "you may only read"), 403, R"({"error":"you may only read"})"},
      {Error(ErrorKind::too_large, "x").code("row-count").with("min_rows", 1).with("max_rows", 250), 405,
       R"({"error":"The number of lines should be between 1 and 250"})"},
      {Error(ErrorKind::not_found, "The data table is not availabe for upload").code(std::string(kNoTable)), 405,
       R"({"error":"The data table is not availabe for upload"})"},
      {invalid_fields({missing_field("body", "file")}), 422,
       R"({"detail":[{"loc":["body","file"],"msg":"field required","type":"value_error.missing"}]})"},
      {Error(ErrorKind::invalid_argument, "x").code(std::string(net::kMethodNotAllowed)), 405,
       R"({"detail":"Method Not Allowed"})"},
      {Error(ErrorKind::not_found, "no such route"), 404, R"({"detail":"Not Found"})"},
      {Error(ErrorKind::invalid_argument, "line 3: an open quote"), 400, R"({"error":"line 3: an open quote"})"},
      {Error(ErrorKind::too_large, "a line of 17 MiB"), 413, R"({"error":"a line of 17 MiB"})"},
      {Error(ErrorKind::internal, "a path of the server"), 500, R"({"detail":"Internal Server Error"})"},
  };
  for (const Case& wanted : cases) expect(render_upload_error, wanted);
}

TEST(DataApiErrors, InsightsAskForCredentials) {
  net::Response response = render_insight_error(net::Request(), Error(ErrorKind::unauthenticated, "x"));
  EXPECT_EQ(response.status, 401);
  EXPECT_TRUE(response.headers.has("WWW-Authenticate"));
  expect(render_insight_error,
         {Error(ErrorKind::not_found, "The insight N is not supported").code(std::string(kNoInsight)), 405,
          R"({"error":"The insight N is not supported"})"});
}

TEST(DataApiErrors, WaitingTimesAreAHeader) {
  Error error = Error(ErrorKind::too_many_requests, "slow down").with("retry_after", 7);
  EXPECT_EQ(render_upload_error(net::Request(), error).headers.get("Retry-After"), "7");
}

}  // namespace
}  // namespace boathouse::api::dataapi
