// SPDX-License-Identifier: Apache-2.0
#include "base/digest_behind.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace boathouse::base {
namespace {

struct DigestBehindTest : testing::Test {
  void write(DigestBehind& behind, const std::string& bytes) {
    write_all(file.get(), bytes);
    behind.wrote(bytes);
    written += bytes;
  }
  std::string expected() const {
    Digest digest(Digest::Kind::md5);
    digest.update(written);
    return digest.finish();
  }

  TemporaryFolder folder{std::filesystem::temp_directory_path(), "digest-behind-"};
  const std::filesystem::path path = folder.path() / "file";
  UniqueFd file = create_file(path);
  std::string written;
};

TEST_F(DigestBehindTest, IsTheDigestOfAllPiecesWhateverTheirSizes) {
  // Small ones up to where a thread is worth it, across it by one byte, and after it.
  const std::vector<std::vector<std::size_t>> cases = {{},
                                                       {0},
                                                       {1},
                                                       {(256 << 10) - 1},
                                                       {256 << 10},
                                                       {(256 << 10) + 1},
                                                       {100'000, 162'143, 1},
                                                       {100'000, 162'144, 7, 0, 3 << 20, 5}};
  for (const std::vector<std::size_t>& sizes : cases) {
    DigestBehind behind(Digest::Kind::md5, path);
    std::filesystem::resize_file(path, 0);
    file.reset();
    std::filesystem::remove(path);
    file = create_file(path);
    written.clear();
    char next = 'a';
    for (std::size_t size : sizes) write(behind, std::string(size, next++));
    EXPECT_EQ(behind.finish(), expected()) << written.size();
  }
}

TEST_F(DigestBehindTest, GoesAwayBeforeItHasReadAll) {
  DigestBehind behind(Digest::Kind::md5, path);
  for (int i = 0; i < 64; ++i) write(behind, std::string(1 << 20, 'x'));
}

TEST_F(DigestBehindTest, HashesAsItIsToldWhereItCannotReadAgain) {
  DigestBehind behind(Digest::Kind::md5, folder.path() / "another");
  for (int i = 0; i < 3; ++i) write(behind, std::string(1 << 20, 'x'));
  EXPECT_EQ(behind.finish(), expected());
}

TEST_F(DigestBehindTest, ManyFilesAtOnceAreHashedWithAsManyThreadsAsThereMayBe) {
  for (int i = 0; i < 2; ++i) write_all(file.get(), std::string(1 << 20, 'x'));
  written = std::string(2 << 20, 'x');
  std::vector<std::unique_ptr<DigestBehind>> all;
  for (int i = 0; i < 150; ++i) all.push_back(std::make_unique<DigestBehind>(Digest::Kind::md5, path));
  for (int i = 0; i < 2; ++i) {
    for (auto& behind : all) behind->wrote(std::string_view(written).substr(0, 1 << 20));
  }
  const auto threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  EXPECT_LT(threads, 100);
  for (auto& behind : all) EXPECT_EQ(behind->finish(), expected());
}

TEST_F(DigestBehindTest, TellsOfAFileThatBecameShorter) {
  DigestBehind shorter(Digest::Kind::md5, path);
  shorter.wrote(std::string(1 << 20, 'x'));
  EXPECT_THROW(shorter.finish(), Error);
}

}  // namespace
}  // namespace boathouse::base
