// SPDX-License-Identifier: Apache-2.0
#include "core/kept_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

class KeptFilesTest : public testing::Test {
 protected:
  fs::path folder() const { return base_.path() / "kept"; }
  std::size_t count() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder()), {})); }

  std::string text_of(KeptFiles& files, const std::string& tag, const std::string& text) {
    KeptFiles::File file = files.open(tag, [&](engine::ResultConsumer& bytes) {
      ++made_;
      bytes.on_bytes(text);
    });
    std::string read(file.size, '\0');
    EXPECT_EQ(::pread(file.fd.get(), read.data(), read.size(), 0), static_cast<ssize_t>(read.size()));
    return read;
  }

  base::TemporaryFolder base_{fs::temp_directory_path(), "kept-files-"};
  int made_ = 0;
};

TEST_F(KeptFilesTest, AFileIsMadeOnce) {
  KeptFiles files(folder());
  EXPECT_EQ(text_of(files, "a", "one"), "one");
  EXPECT_EQ(text_of(files, "a", "two"), "one");
  EXPECT_EQ(text_of(files, "b", "three"), "three");
  EXPECT_EQ(made_, 2);
}

TEST_F(KeptFilesTest, WhatFailedLeavesNothing) {
  KeptFiles files(folder());
  auto fail = [](engine::ResultConsumer& bytes) {
    bytes.on_bytes("half");
    throw base::Error(base::ErrorKind::invalid_argument, "no");
  };
  EXPECT_THROW(files.open("a", fail), base::Error);
  EXPECT_EQ(count(), 0U);
}

TEST_F(KeptFilesTest, FilesGoPastTheirTimeAndPastTheirSpace) {
  KeptFiles soon(folder(), {.keep_for = -base::kHour, .most_bytes = 100});
  text_of(soon, "a", "one");
  text_of(soon, "b", "two");
  EXPECT_EQ(count(), 1U);
  KeptFiles small(folder(), {.keep_for = base::kHour, .most_bytes = 4});
  EXPECT_EQ(count(), 0U) << "a new process begins with none";
  text_of(small, "a", "one");
  text_of(small, "b", "two");
  text_of(small, "c", "six");
  EXPECT_EQ(count(), 2U);
}

}  // namespace
}  // namespace boathouse::core
