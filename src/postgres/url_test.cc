// SPDX-License-Identifier: Apache-2.0
#include "postgres/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace boathouse::postgres {
namespace {

std::string refusal(std::string_view text) {
  try {
    Url::parse(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
  return "taken";
}

TEST(Url, IsTakenApart) {
  Url url = Url::parse("postgresql://ada:p%40ss%3A@db.example.org:6543/lake?sslmode=require");
  EXPECT_EQ(url.user(), "ada");
  EXPECT_EQ(url.password(), "p@ss:");
  EXPECT_EQ(url.host(), "db.example.org");
  EXPECT_EQ(url.port(), "6543");
  EXPECT_EQ(url.database(), "lake");
  EXPECT_EQ(url.shown(), "postgresql://ada@db.example.org:6543/lake?sslmode=require");
  EXPECT_EQ(Url::parse("postgres://u@h/d").port(), "5432");
}

TEST(Url, IsShownAsAUrlThatMeansTheSame) {
  for (const char* text :
       {"postgresql://u@h/d", "postgresql://a%20b@%68:1/x%2Fy?application_name=me%20too", "postgresql://u@[::1]:5433/d",
        "postgresql://u@[fe80::1%25eth0]/d", "postgresql://u@h:65535/d?target_session_attrs=read-write"}) {
    Url url = Url::parse(text);
    EXPECT_EQ(Url::parse(url.shown()).parameters(), url.parameters()) << url.shown();
  }
}

TEST(Url, ItsPasswordIsTakenOutOfTexts) {
  Url url = Url::parse("postgresql://u:s%2Fcret@h/d");
  EXPECT_EQ(url.scrubbed("s/cret and s%2Fcret, s/crets/cret"), "*** and ***, ******");
  EXPECT_EQ(Url::parse("postgresql://u@h/d").scrubbed("nothing"), "nothing");
  EXPECT_EQ(Url::parse("postgresql://u:*@h/d").scrubbed("a*b"), "a***b");
}

TEST(Url, OnlySaysWhereAndWho) {
  EXPECT_THAT(refusal("mysql://u@h/d"), testing::HasSubstr("does not begin with postgresql://"));
  EXPECT_THAT(refusal("host=h user=u"), testing::HasSubstr("does not begin with postgresql://"));
  EXPECT_THAT(refusal("postgresql://u@/d"), testing::HasSubstr("says no host"));
  EXPECT_THAT(refusal("postgresql://h/d"), testing::HasSubstr("says no user"));
  EXPECT_THAT(refusal("postgresql://u:Tr0ub@dor3@h/d"),
              testing::AllOf(testing::HasSubstr("percent-encode"), testing::Not(testing::HasSubstr("dor3"))));
  EXPECT_THAT(refusal("postgresql://ada:Tr0ub@dor/3secret@db.example.org/lake"), testing::HasSubstr("percent-encode"));
  EXPECT_THAT(refusal("postgresql://u@h/d@d"), testing::HasSubstr("percent-encode"));
  for (const char* mode : {"maybe", ""}) {
    EXPECT_THAT(refusal(fmt::format("postgresql://u@h/d?sslmode={}", mode)), testing::HasSubstr("verify-full"));
  }
  for (const char* seconds : {"0", "31", "abc", ""}) {
    EXPECT_THAT(refusal(fmt::format("postgresql://u@h/d?connect_timeout={}", seconds)), testing::HasSubstr("1 to 30"));
  }
  EXPECT_EQ(Url::parse("postgresql://u@h/d?connect_timeout=30").connect_limit(), 30 * base::kSecond);
  EXPECT_EQ(Url::parse("postgresql://u@h/d").connect_limit(), std::nullopt);
  EXPECT_THAT(refusal("postgresql://u@h/d?target_session_attrs=x"), testing::HasSubstr("read-write"));
  EXPECT_THAT(refusal("postgresql://u@h"), testing::HasSubstr("says no database"));
  EXPECT_THAT(refusal("postgresql://u@%2Frun%2Fpostgresql/d"), testing::HasSubstr("sockets of this machine"));
  for (const char* places : {"h,%2Frun", "one,two", "one:1,two:2", "h:1,2", ",h", "h,"}) {
    EXPECT_THAT(refusal(fmt::format("postgresql://u@{}/d", places)), testing::HasSubstr("one host")) << places;
  }
  for (const char* port : {"0", "1x", "65536", "99999", "-1", "+5", "%201"}) {
    EXPECT_THAT(refusal(fmt::format("postgresql://u@h:{}/d", port)), testing::HasSubstr("from 1 to 65535")) << port;
  }
  for (const char* named : {"service=x", "passfile=x", "sslkey=x", "sslrootcert=x", "hostaddr=1.2.3.4", "options=-c",
                            "password=x", "user=x", "sslmode=require&password=x", "host=h"}) {
    EXPECT_THAT(refusal(std::string("postgresql://u@h/d?") + named), testing::HasSubstr("these parameters")) << named;
  }
  for (const char* hidden :
       {"h/d?application_name=a@b&user=u&password=s3cret", "h/d?application_name=@&user=u&passfile=/etc/passwd",
        "h/d?application_name=@&user=u&service=x",
        "h:1/d?application_name=@&user=u&hostaddr=127.0.0.1&sslcert=/etc/x"}) {
    EXPECT_THAT(refusal(std::string("postgresql://") + hidden), testing::HasSubstr("these parameters")) << hidden;
  }
  EXPECT_THAT(refusal("postgresql://u@h/" + std::string(4096, 'd')), testing::HasSubstr("more than 4096 bytes"));
  EXPECT_THAT(refusal("postgresql://u:secret%zz@h/d"),
              testing::AllOf(testing::HasSubstr("cannot be read"), testing::Not(testing::HasSubstr("secret"))));
}

}  // namespace
}  // namespace boathouse::postgres
