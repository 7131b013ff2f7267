// SPDX-License-Identifier: Apache-2.0
#include "api/common/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace boathouse::api {
namespace {

std::string text_of(const net::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  const auto& file = std::get<net::FileBody>(response.body);
  std::string out(file.length, '\0');
  EXPECT_EQ(::pread(file.file.get(), out.data(), out.size(), static_cast<off_t>(file.offset)),
            static_cast<ssize_t>(out.size()));
  return out;
}

class SpoolTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "spool-test-"};
};

// Around the 16 bytes that stay in memory.
INSTANTIATE_TEST_SUITE_P(Sizes, SpoolTest, ::testing::Values(0, 1, 15, 16, 17, 33, 700'000));

TEST_P(SpoolTest, GivesBackWhatItTook) {
  std::string sent;
  Spool spool(folder_.path(), 16);
  for (std::size_t i = 0; i < GetParam(); ++i) {
    std::string byte(1, static_cast<char>('a' + i % 26));
    sent += byte;
    spool.append(byte);
  }
  EXPECT_EQ(spool.size(), sent.size());
  std::string replayed;
  spool.replay([&](std::string_view piece) { replayed += piece; });
  EXPECT_EQ(replayed, sent);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path())) << "the file has a name";

  net::Response response = std::move(spool).to_response(200, "text/plain");
  EXPECT_EQ(text_of(response), sent);
  EXPECT_EQ(response.headers.get("content-type"), "text/plain");
  EXPECT_EQ(std::holds_alternative<net::FileBody>(response.body), sent.size() > 16);
}

}  // namespace
}  // namespace boathouse::api
