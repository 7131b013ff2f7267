// SPDX-License-Identifier: Apache-2.0
#include "api/common/query_params.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::api {
namespace {

net::Request request(std::string_view query) {
  net::Request out;
  out.query = net::parse_form(query);
  return out;
}

template <class Call>
std::string refused_parameter(Call call) {
  try {
    call();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return std::string(error.detail().at("parameter").as_string());
  }
  return "";
}

TEST(QueryParams, UnknownAndRepeatedOnesAreNamed) {
  EXPECT_NO_THROW(allow_params(request("mode=a&key=b"), {"mode", "key", "branch"}));
  EXPECT_EQ(refused_parameter([] { allow_params(request("mode=a&colour=red"), {"mode"}); }), "colour");
  EXPECT_EQ(refused_parameter([] { allow_params(request("mode=a&mode=b"), {"mode"}); }), "mode");
}

TEST(QueryParams, NumbersHaveBothTheirEnds) {
  EXPECT_EQ(number_param(request(""), "limit", 1, 10), std::nullopt);
  EXPECT_EQ(number_param(request("limit=1"), "limit", 1, 10), 1);
  EXPECT_EQ(number_param(request("limit=10"), "limit", 1, 10), 10);
  for (std::string_view text :
       {"limit=0", "limit=11", "limit=", "limit=x", "limit=1.0", "limit=+1", "limit=99999999999999999999"}) {
    EXPECT_EQ(refused_parameter([&] { number_param(request(text), "limit", 1, 10); }), "limit") << text;
  }
}

TEST(QueryParams, ListsAreNamesBetweenCommas) {
  EXPECT_TRUE(list_param(request(""), "key").empty());
  EXPECT_EQ(list_param(request("key=a,b%20c, d"), "key"), (std::vector<std::string>{"a", "b c", "d"}));
  for (std::string_view text : {"key=", "key=a,", "key=,a"}) {
    EXPECT_EQ(refused_parameter([&] { list_param(request(text), "key"); }), "key") << text;
  }
}

TEST(QueryParams, FlagsAreTrueOrFalse) {
  EXPECT_EQ(flag_param(request("header=false"), "header"), false);
  EXPECT_EQ(flag_param(request("header=true"), "header"), true);
  EXPECT_EQ(refused_parameter([] { flag_param(request("header=0"), "header"); }), "header");
}

TEST(QueryParams, PagesAreOfAtMostAThousand) {
  EXPECT_EQ(page_params(request("")).limit, 100u);
  EXPECT_EQ(page_params(request("limit=1000&page_token=t")).limit, 1000u);
  EXPECT_EQ(page_params(request("limit=1000&page_token=t")).token, "t");
  EXPECT_EQ(refused_parameter([] { page_params(request("limit=1001")); }), "limit");
}

}  // namespace
}  // namespace boathouse::api
