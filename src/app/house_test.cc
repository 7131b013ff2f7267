// SPDX-License-Identifier: Apache-2.0
#include "app/house.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <set>

#include "api/system/embedded.h"
#include "base/encoding.h"
#include "base/error.h"
#include "net/client.h"

namespace boathouse::app {
namespace {

class HouseTest : public ::testing::Test {
 protected:
  HouseTest() {
    FlagValues flags{{"data", (folder_.path() / "data").string()},
                     {"listen", "127.0.0.1:0"},
                     {"s3_listen", "127.0.0.1:0"},
                     {"log_level", "off"}};
    settings_ = load_settings(flags, [](const std::string&) { return std::nullopt; });
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "house-test-"};
  Settings settings_;
};

TEST_F(HouseTest, TheDocumentHasEveryRouteAndNoOther) {
  House house(settings_, BOATHOUSE_WORKER);
  std::set<std::string> served;
  for (const net::Route* route : house.router().routes()) {
    std::string path = route->pattern;
    // The document has one name for what may have slashes in it.
    if (std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
    served.insert(base::fold_case(route->method) + " " + path);
    EXPECT_FALSE(route->options.summary.empty()) << route->pattern;
  }
  std::set<std::string> documented;
  boost::json::value document = boost::json::parse(api::system::find_embedded("openapi.json")->content);
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      documented.insert(std::string(operation.key()) + " " + std::string(path.key()));
    }
  }
  EXPECT_EQ(documented, served);
}

TEST_F(HouseTest, AFreshHouseMakesItsAdminOnce) {
  { EXPECT_TRUE(House(settings_, BOATHOUSE_WORKER).new_admin_password()); }
  EXPECT_FALSE(House(settings_, BOATHOUSE_WORKER).new_admin_password());
}

TEST_F(HouseTest, AGivenPasswordIsNotToldAgain) {
  settings_.admin_password = "Correct-horse-7";
  EXPECT_FALSE(House(settings_, BOATHOUSE_WORKER).new_admin_password());
}

TEST_F(HouseTest, OneServerAtATimeWorksOnAFolder) {
  // Made before the house's threads; it tries once the house stands, and tells by its exit status what came of that.
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t other = ::fork();
  if (other == 0) {
    char go = 0;
    if (::read(pipe[0], &go, 1) != 1) ::_exit(2);
    try {
      House second(settings_, BOATHOUSE_WORKER);
    } catch (const base::Error& error) {
      ::_exit(error.kind() == base::ErrorKind::conflict ? 0 : 3);
    }
    ::_exit(4);
  }
  House house(settings_, BOATHOUSE_WORKER);
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  int status = -1;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
  for (int end : pipe) ::close(end);
}

TEST_F(HouseTest, StartsAnswersAndStops) {
  House house(settings_, BOATHOUSE_WORKER);
  std::string url = "http://" + house.start().http;
  auto listen = boost::json::parse(base::read_file(folder_.path() / "data" / "run" / "listen.json"));
  EXPECT_EQ("http://" + std::string(listen.at("http").as_string()), url);
  EXPECT_EQ(net::fetch({.url = url + "/readyz"}).status, 200);
  EXPECT_EQ(net::fetch({.url = url + "/v1/me"}).status, 401);
  EXPECT_NE(net::fetch({.url = url + "/metrics"}).body.find("boathouse_workers"), std::string::npos);
  house.stop(std::chrono::seconds(5));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data" / "run" / "listen.json"));
  EXPECT_THROW(net::fetch({.url = url + "/readyz"}), base::Error);
}

}  // namespace
}  // namespace boathouse::app
