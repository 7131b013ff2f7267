// SPDX-License-Identifier: Apache-2.0
// What a log makes of files that a crash or a bad disk has left.
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "landing/log_fixture.h"

namespace boathouse::landing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReplayTest : public LogFixture {
 protected:
  // Records of these payloads, each in a sync of its own.
  void fill(const std::vector<std::string>& payloads, std::uint64_t segment_bytes = 1 << 20) {
    LogSettings small = settings();
    small.segment_bytes = segment_bytes;
    Log log(small);
    for (const std::string& payload : payloads) append(log, payload);
  }

  static void overwrite(const std::filesystem::path& file, std::uint64_t at, std::string_view bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  // Records of the newest segment from its first on, as one group that was being written when the machine stopped.
  std::string last_group_of(const std::vector<std::string>& payloads) {
    std::string header = base::read_file(segments().back()).substr(0, kSegmentHeader);
    std::uint64_t seed = read_segment_header(header)->seed;
    Position position = read_segment_header(header)->first;
    std::string bytes;
    for (const std::string& payload : payloads) {
      append_record(bytes, seed,
                    {.length = static_cast<std::uint32_t>(payload.size()),
                     .position = position++,
                     .durable = 0,
                     .payload_sum = checksum(payload)},
                    payload);
    }
    return bytes;
  }
};

TEST_F(ReplayTest, ATornTailIsCutWhereverItIsTorn) {
  std::vector<std::string> all{"first", "second record", "third"};
  fill(all);
  std::string whole = base::read_file(segments().front());
  std::uint64_t third = kSegmentHeader + record_size(5) + record_size(13);
  for (std::uint64_t size = third; size < whole.size(); ++size) {
    std::filesystem::resize_file(segments().front(), size);
    Log log(settings());
    EXPECT_THAT(payloads(log, 0), ElementsAre("first", "second record")) << size;
    EXPECT_THAT(log.damages(), IsEmpty());
    EXPECT_EQ(append(log, "next"), 3U);
    std::filesystem::remove(segments().back());
    overwrite(segments().front(), 0, whole);
  }
}

TEST_F(ReplayTest, AGroupThatWasNotSyncedMayMissAnyOfItsBytes) {
  fill({"x"});
  std::string group = last_group_of({"one", "two", "three"});
  for (std::uint64_t at = 0; at < group.size(); at += 8) {
    std::string holed = group;
    holed.replace(at, 8, std::string(8, '\0'));
    overwrite(segments().front(), kSegmentHeader, holed);
    Log log(settings());
    std::vector<std::string> read = payloads(log, 0);
    std::vector<std::string> whole{"one", "two", "three"};
    whole.resize(read.size());
    EXPECT_EQ(read, whole) << at;
    EXPECT_EQ(read.size() < 3, holed != group) << at;
    EXPECT_THAT(log.damages(), IsEmpty()) << at;
  }
}

TEST_F(ReplayTest, ADamagedRecordInTheMiddleIsReportedAndKeptAside) {
  fill({"first", "second", "third", "fourth"});
  std::uint64_t second = kSegmentHeader + record_size(5);
  overwrite(segments().front(), second + kRecordHeader, "S");
  for (int turn = 0; turn < 2; ++turn) {  // told at every start
    Log log(settings());
    EXPECT_THAT(payloads(log, 0), ElementsAre("first", "third", "fourth"));
    ASSERT_EQ(log.damages().size(), 1U);
    const Damage& damage = log.damages().front();
    EXPECT_EQ(damage.offset, second);
    EXPECT_EQ(damage.bytes, record_size(6));
    EXPECT_EQ(damage.first, 2U);
    EXPECT_EQ(damage.last, 2U);
    EXPECT_THAT(base::read_file(damage.kept), testing::HasSubstr("Second"));
  }
}

TEST_F(ReplayTest, DamageInAnOlderSegmentIsToldUpToItsEnd) {
  fill({std::string(500, 'a'), std::string(500, 'b'), std::string(500, 'c')}, 1200);
  ASSERT_EQ(segments().size(), 2U);
  overwrite(segments().front(), kSegmentHeader + record_size(500), "?");
  Log log(settings());
  EXPECT_THAT(payloads(log, 0), ElementsAre(std::string(500, 'a'), std::string(500, 'c')));
  ASSERT_FALSE(log.damages().empty());
  EXPECT_EQ(log.damages().front().bytes, record_size(500));
  EXPECT_THAT(log.damages().back().first, 2U);
  EXPECT_THAT(log.damages().back().last, 2U);
}

TEST_F(ReplayTest, ALostSegmentIsReported) {
  fill({std::string(500, 'a'), std::string(500, 'b'), std::string(500, 'c')}, 600);
  ASSERT_EQ(segments().size(), 3U);
  std::filesystem::remove(segments()[1]);
  Log log(settings());
  EXPECT_THAT(payloads(log, 0), ElementsAre(std::string(500, 'a'), std::string(500, 'c')));
  ASSERT_EQ(log.damages().size(), 1U);
  EXPECT_EQ(log.damages().front().first, 2U);
  EXPECT_EQ(log.damages().front().bytes, 0U);
}

TEST_F(ReplayTest, ASegmentWithoutAReadableHeaderIsKeptAside) {
  fill({"first"});
  overwrite(segments().front(), 3, "?");
  Log log(settings());
  EXPECT_THAT(payloads(log, 0), IsEmpty());
  ASSERT_EQ(log.damages().size(), 1U);
  EXPECT_THAT(base::read_file(log.damages().front().kept), testing::HasSubstr("first"));
  append(log, "next");
  EXPECT_THAT(payloads(log, 0), ElementsAre("next"));
}

TEST_F(ReplayTest, ASegmentThatWasJustBeingMadeIsNothing) {
  fill({"first"});
  std::ofstream(folder() / segment_name(2)) << std::string(4096, '\0');
  Log log(settings());
  EXPECT_THAT(log.damages(), IsEmpty());
  EXPECT_EQ(append(log, "second"), 2U);
}

TEST_F(ReplayTest, APayloadThatLooksLikeARecordIsNone) {
  std::string fake;
  append_record(fake, 0, {.length = 4, .position = 3, .durable = 9, .payload_sum = checksum("fake")}, "fake");
  fill({"first", fake, "third"});
  overwrite(segments().front(), kSegmentHeader + record_size(5), "?");  // the header of the second
  Log log(settings());
  EXPECT_THAT(payloads(log, 0), ElementsAre("first", "third"));
}

// Whatever happens to the bytes of a segment, what is read is a part of what was written, in its order.
TEST_F(ReplayTest, NothingIsReadThatWasNotWritten) {
  std::mt19937 random(7);
  std::vector<std::string> all;
  for (int i = 0; i < 40; ++i) all.push_back(fmt::format("{}-{}", i, std::string(random() % 50, 'p')));
  fill(all, 1500);
  std::vector<std::string> files;
  for (const auto& path : segments()) files.push_back(base::read_file(path));
  for (int turn = 0; turn < 300; ++turn) {
    std::filesystem::remove_all(folder());
    std::filesystem::create_directory(folder());
    std::size_t hit = random() % files.size();
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::string bytes = files[i];
      Position first = read_segment_header(bytes)->first;
      if (i == hit) bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
      std::ofstream(folder() / segment_name(first), std::ios::binary) << bytes;
    }
    Log log(settings());
    std::vector<std::string> read = payloads(log, 0);
    auto from = all.begin();
    for (const std::string& payload : read) {
      from = std::find(from, all.end(), payload);
      ASSERT_NE(from, all.end()) << payload << " after turn " << turn;
      ++from;
    }
    EXPECT_GE(read.size() + 25, all.size());
  }
}

}  // namespace
}  // namespace boathouse::landing
