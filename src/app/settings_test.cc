// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"

namespace boathouse::app {
namespace {

using testing::Test;

class SettingsTest : public Test {
 protected:
  std::string file(const std::string& text) {
    std::string path = (folder_.path() / "boathouse.toml").string();
    std::ofstream(path) << text;
    return path;
  }

  Settings load(FlagValues flags = {}, std::map<std::string, std::string> variables = {}) {
    return load_settings(flags, [&](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
  }

  std::string error(FlagValues flags, std::map<std::string, std::string> variables = {}) {
    try {
      load(std::move(flags), std::move(variables));
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
      return error.message();
    }
    return "no error";
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "settings-"};
};

TEST_F(SettingsTest, DefaultsAreThoseOfTheTable) {
  Settings settings = load();
  EXPECT_EQ(settings.listen, "127.0.0.1:8000");
  EXPECT_EQ(settings.workers, 4U);
  EXPECT_EQ(settings.query_timeout, 30 * base::kSecond);
  EXPECT_EQ(settings.max_line_bytes, 16ULL << 20);
  EXPECT_EQ(settings.engine_max_spill, 10'000'000'000ULL);
  EXPECT_EQ(settings.refresh_token_ttl, 7 * base::kDay);
  EXPECT_TRUE(settings.documents_authorization);
  EXPECT_FALSE(settings.cognito_srp);
  EXPECT_TRUE(settings.cors_origins.empty());
}

TEST_F(SettingsTest, FlagsBeatEnvironmentWhichBeatsTheFile) {
  std::string config = file("workers = 2\nquery_timeout = \"5s\"\nlisten = \"[::1]:1\"\n[cognito]\nsrp = true\n");
  Settings settings = load({{"config", config}, {"workers", "8"}},
                           {{"BOATHOUSE_WORKERS", "6"}, {"BOATHOUSE_QUERY_TIMEOUT", "7s"}, {"BOATHOUSE_LISTEN", ""}});
  EXPECT_EQ(settings.workers, 8U);
  EXPECT_EQ(settings.query_timeout, 7 * base::kSecond);
  EXPECT_EQ(settings.listen, "[::1]:1");
  EXPECT_TRUE(settings.cognito_srp);
  EXPECT_EQ(load({}, {{"BOATHOUSE_CONFIG", config}}).workers, 2U);
}

TEST_F(SettingsTest, NamesOfFlagsAndVariables) {
  for (const SettingInfo& info : all_settings()) {
    if (info.name == "cognito.srp") {
      EXPECT_EQ(info.flag(), "--cognito-srp");
      EXPECT_EQ(info.variable(), "BOATHOUSE_COGNITO_SRP");
      EXPECT_EQ(info.placeholder(), "");
    }
    if (info.name == "query_timeout") {
      EXPECT_EQ(info.flag(), "--query-timeout");
      EXPECT_EQ(info.variable(), "BOATHOUSE_QUERY_TIMEOUT");
      EXPECT_EQ(info.placeholder(), "DURATION");
    }
    EXPECT_FALSE(info.help.empty()) << info.name;
  }
}

TEST_F(SettingsTest, ListsComeAsTextOrAsList) {
  std::vector<std::string> wanted{"https://a.example", "http://b.example:8080"};
  EXPECT_EQ(load({{"cors_origins", "https://a.example, http://b.example:8080,"}}).cors_origins, wanted);
  EXPECT_EQ(load({{"config", file("cors_origins = [\"https://a.example\", \"http://b.example:8080\"]")}}).cors_origins,
            wanted);
}

TEST_F(SettingsTest, ErrorsSayWhereTheValueCameFrom) {
  EXPECT_EQ(error({{"workers", "0"}}), "--workers: must be from 1 to 256");
  EXPECT_EQ(error({{"workers", "4MiB"}}), "--workers: must be a whole number");
  EXPECT_EQ(error({}, {{"BOATHOUSE_QUERY_TIMEOUT", "30"}}),
            "BOATHOUSE_QUERY_TIMEOUT: must be a duration such as 500ms, 30s, 5m, 1h or 7d");
  std::string config = file("# first\nworkers = 2\nmax_collumns = 3\n");
  EXPECT_EQ(error({{"config", config}}), config + ":3: max_collumns: is no setting");
  config = file("[cognito]\nsrp = \"maybe\"\n");
  EXPECT_EQ(error({{"config", config}}), config + ":2: cognito.srp: must be true or false");
  config = file("workers = [1]\n");
  EXPECT_EQ(error({{"config", config}}), config + ":1: workers: must be one value");
  config = file("workers = \n");
  EXPECT_TRUE(error({{"config", config}}).starts_with(config + ":1: is not TOML")) << error({{"config", config}});
  EXPECT_NE(error({{"config", "/nonexistent/boathouse.toml"}}).find("cannot be read"), std::string::npos);
  EXPECT_EQ(error({{"log_level", "loud"}}), "--log-level: must be one of debug, info, warning, error, off");
}

TEST_F(SettingsTest, OriginsAreSpelledAsBrowsersSendThem) {
  for (const char* good :
       {"https://a.example", "http://localhost:3000", "http://[::1]:80", "chrome-extension://abc", "null"}) {
    EXPECT_EQ(load({{"cors_origins", good}}).cors_origins, std::vector<std::string>{good});
  }
  for (const char* bad : {"*", "https://*.example", "a.example", "https://a.example/", "https://A.example", "https://",
                          "://a.example", "https://a.example#x", "https://u@a.example"}) {
    const std::string told = error({{"cors_origins", "https://good.example," + std::string(bad)}});
    EXPECT_NE(told.find(fmt::format("cors_origins: \"{}\" is no origin", bad)), std::string::npos) << told;
  }
}

TEST_F(SettingsTest, SecretsComeFromTheEnvironmentOnly) {
  EXPECT_EQ(load({}, {{"BOATHOUSE_ADMIN_PASSWORD", "p"}}).admin_password, "p");
  EXPECT_NE(error({{"admin_password", "p"}}), "no error");
  std::string config = file("jwt_secret = \"0123456789012345678901234567890123\"\n");
  EXPECT_EQ(error({{"config", config}}),
            config + ":1: jwt_secret: is taken from the environment only: BOATHOUSE_JWT_SECRET");
  EXPECT_EQ(error({}, {{"BOATHOUSE_JWT_SECRET", std::string(31, 'x')}}),
            "BOATHOUSE_JWT_SECRET: must have at least 32 bytes");
  EXPECT_EQ(load({}, {{"BOATHOUSE_JWT_SECRET", std::string(32, 'x')}}).jwt_secret.size(), 32U);
}

TEST_F(SettingsTest, WhatBelongsTogether) {
  EXPECT_NE(error({{"tls_cert", "c.pem"}}).find("tls_cert and tls_key go together"), std::string::npos);
  EXPECT_EQ(load({{"tls_cert", "c.pem"}, {"tls_key", "k.pem"}}).tls_key, "k.pem");
  EXPECT_NE(error({{"public_url", "example.org"}}), "no error");
}

TEST(ParseSize, UnitsAndLimits) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("16MiB"), 16U << 20);
  EXPECT_EQ(parse_size("1GB"), 1'000'000'000U);
  for (std::string_view text : {"", "MiB", "1 MiB", "-1", "1.5GiB", "1XB", "99999999999TiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

}  // namespace
}  // namespace boathouse::app
