// SPDX-License-Identifier: Apache-2.0
#include "core/apply_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "base/file.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;

class ApplyFilesTest : public testing::Test {
 protected:
  fs::path root() const { return folder_.path() / "installation"; }
  void put(const fs::path& relative, const std::string& text) {
    fs::create_directories((root() / relative).parent_path());
    std::ofstream(root() / relative, std::ios::binary) << text;
  }
  Installation read() {
    fs::create_directories(root());
    return read_installation(root(), [](const std::string& name) -> std::optional<std::string> {
      return name == "KNOWN_PASSWORD" ? std::optional<std::string>("Secret-word-1") : std::nullopt;
    });
  }
  std::vector<std::string> problems() {
    std::vector<std::string> out;
    for (const FileProblem& problem : read().problems) out.push_back(problem.to_text());
    return out;
  }

  base::TemporaryFolder folder_{fs::temp_directory_path(), "apply-"};
};

const std::string kTable = "[[column]]\nname = \"id\"\ntype = \"INTEGER\"\n";

TEST_F(ApplyFilesTest, ReadsUsersTablesAndInsights) {
  put("users.toml",
      "[[user]]\nname = \"ann\"\npassword = \"Password-1\"\nrole = \"editor\"\n\n"
      "[[user]]\nname = \"bob\"\npassword_env = \"KNOWN_PASSWORD\"\nemail = \"b@x\"\nworkspace = \"sales\"\n"
      "role = \"viewer\"\ntemporary = true\n");
  put("tables/b.toml", kTable);
  put("tables/a/c.toml", "workspace = \"sales\"\n" + kTable);
  put("insights/top.sql", "-- description: The top: ten\n-- public: true\n\n-- workspace: sales\nSELECT 1\n-- end\n");
  put("README.md", "not ours");
  put("tables/.b.toml.swp", "not ours");
  Installation installation = read();
  ASSERT_TRUE(installation.problems.empty()) << installation.problems[0].to_text();
  ASSERT_EQ(installation.users.size(), 2U);
  EXPECT_EQ(installation.users[0].name, "ann");
  EXPECT_FALSE(installation.users[0].temporary);
  EXPECT_EQ(installation.users[1].password, "Secret-word-1");
  EXPECT_EQ(installation.users[1].place.line, 6);
  EXPECT_EQ(installation.users[1].workspace, "sales");
  ASSERT_EQ(installation.tables.size(), 2U);
  EXPECT_EQ(installation.tables[0].name, "a/c");
  EXPECT_EQ(installation.tables[0].workspace, "sales");
  EXPECT_EQ(installation.tables[1].name, "b");
  EXPECT_EQ(installation.tables[1].workspace, "main");
  ASSERT_EQ(installation.insights.size(), 1U);
  const InsightEntry& insight = installation.insights[0];
  EXPECT_EQ(insight.description, "The top: ten");
  EXPECT_TRUE(insight.is_public);
  EXPECT_EQ(insight.workspace, "sales");
  EXPECT_EQ(insight.sql, "SELECT 1\n-- end\n");
  EXPECT_EQ(insight.place.line, 5);
}

TEST_F(ApplyFilesTest, TheHiringExampleIsSound) {
  Installation installation = read_installation(fs::path(BOATHOUSE_SOURCE_DIR) / "examples/hiring");
  for (const FileProblem& problem : installation.problems) ADD_FAILURE() << problem.to_text();
  EXPECT_EQ(installation.tables.size(), 3U);
  EXPECT_EQ(installation.insights.size(), 2U);
  EXPECT_TRUE(installation.insights[0].is_public);
}

TEST_F(ApplyFilesTest, AnEmptyFolderIsFineAndAMissingOneIsNot) {
  Installation installation = read();
  EXPECT_TRUE(installation.problems.empty() && installation.users.empty() && installation.tables.empty());
  EXPECT_THROW(read_installation(root() / "nowhere"), base::Error);
}

TEST_F(ApplyFilesTest, MistakesAreToldAndKeepTheirFileOut) {
  put("users.toml",
      "[[user]]\nname = \"ann\"\npassword = \"Password-1\"\n"
      "[[user]]\nname = \"a b\"\npassword = \"short\"\nrole = \"boss\"\n"
      "[[user]]\npassword_env = \"NO_SUCH\"\nroll = 1\n");
  put("tables/good.toml", kTable);
  put("tables/bad.toml", kTable + "min = \"x\"\n");
  put("tables/x@y.toml", kTable);
  put("insights/q.sql", "-- public: yes\nSELECT 1");
  put("insights/empty.sql", "-- description: nothing\n");
  Installation installation = read();
  EXPECT_TRUE(installation.users.empty());
  ASSERT_EQ(installation.tables.size(), 1U);
  EXPECT_EQ(installation.tables[0].name, "good");
  EXPECT_TRUE(installation.insights.empty());
  std::vector<std::string> starts;
  for (const FileProblem& problem : installation.problems)
    starts.push_back(fmt::format("{}:{}:{}", problem.file, problem.line, problem.key));
  std::vector<std::string> wanted{"users.toml:5:name",      "users.toml:7:role",         "users.toml:6:password",
                                  "users.toml:8:name",      "users.toml:9:password_env", "users.toml:10:roll",
                                  "tables/bad.toml:4:min",  "tables/x@y.toml:1:",        "insights/empty.sql:2:sql",
                                  "insights/q.sql:1:public"};
  EXPECT_EQ(starts, wanted);
}

TEST_F(ApplyFilesTest, PasswordsAreGivenOnceAndNeverShown) {
  put("users.toml",
      "[[user]]\nname = \"ann\"\npassword = \"hunter22\"\npassword_env = \"KNOWN_PASSWORD\"\n"
      "[[user]]\nname = \"ANN\"\npassword = \"hunter22\"\n");
  std::vector<std::string> found = problems();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NE(found[0].find("say one of password and password_env"), std::string::npos);
  for (const std::string& text : found) EXPECT_EQ(text.find("hunter22"), std::string::npos) << text;
}

TEST_F(ApplyFilesTest, NamesAreComparedWithoutCase) {
  put("tables/T.toml", kTable);
  put("tables/t.toml", kTable);
  put("tables/other/T.toml", kTable);
  ASSERT_EQ(problems().size(), 1U);
  EXPECT_EQ(read().tables.size(), 2U);
}

TEST_F(ApplyFilesTest, SinksAreRead) {
  put("sinks.toml",
      "[[sink]]\nname = \"lake\"\nkind = \"postgresql\"\nurl = \"postgresql://u:p@h/d\"\ntables = [\"a\", \"team.b\"]\n"
      "[[sink]]\nname = \"lake\"\nworkspace = \"team\"\nurl = \"postgresql://u@h/d\"\nschema = \"s\"\ntypes = "
      "\"simple\"\n");
  ASSERT_EQ(problems(), std::vector<std::string>{});
  std::vector<SinkEntry> sinks = read().sinks;
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_EQ(sinks[0].workspace, "main");
  EXPECT_EQ(sinks[0].sink.url, "postgresql://u:p@h/d");
  EXPECT_EQ(sinks[0].sink.tables, (std::vector<std::string>{"a", "team.b"}));
  EXPECT_EQ(sinks[1].workspace, "team");
  EXPECT_EQ(sinks[1].sink.options.schema, "s");
  EXPECT_EQ(sinks[1].sink.options.types, SinkTypes::simple);
  EXPECT_FALSE(sinks[1].sink.tables);
}

TEST_F(ApplyFilesTest, WrongSinksAreToldByLineAndNoneIsTaken) {
  put("sinks.toml",
      "[[sink]]\nname = \"a\"\nurl = \"mysql://u:secret@h\"\n[[sink]]\nname = \"A\"\nurl = \"postgresql://u@h/d\"\nodd "
      "= 1\n");
  std::vector<std::string> found = problems();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_TRUE(found[0].starts_with("sinks.toml:3: url: ")) << found[0];
  EXPECT_EQ(found[0].find("secret"), std::string::npos);
  EXPECT_TRUE(found[1].starts_with("sinks.toml:5: name: ")) << found[1];
  EXPECT_TRUE(found[2].starts_with("sinks.toml:7: odd: ")) << found[2];
  EXPECT_TRUE(read().sinks.empty());
}

TEST_F(ApplyFilesTest, ReadsTriggers) {
  put("triggers.toml",
      "[[trigger]]\nname = \"orders\"\nbucket = \"files\"\nprefix = \"in/\"\nkey = [\"id\"]\nsinks = []\n\n"
      "[[trigger]]\nname = \"rest\"\nbucket = \"files\"\nworkspace = \"sales\"\n");
  Installation installation = read();
  ASSERT_TRUE(installation.problems.empty()) << installation.problems[0].to_text();
  ASSERT_EQ(installation.triggers.size(), 2U);
  EXPECT_EQ(installation.triggers[0].workspace, "main");
  EXPECT_EQ(installation.triggers[0].trigger.prefix, "in/");
  EXPECT_TRUE(installation.triggers[0].trigger.sinks->empty());
  EXPECT_EQ(installation.triggers[1].workspace, "sales");
  EXPECT_EQ(installation.triggers[1].trigger.prefix, "data/");
  EXPECT_EQ(installation.triggers[1].place.line, 8);
}

TEST_F(ApplyFilesTest, AMistakeInATriggerIsToldWithItsLineAndNoneOfTheFileIsTaken) {
  put("triggers.toml",
      "[[trigger]]\nname = \"fine\"\nbucket = \"files\"\n"
      "[[trigger]]\nname = \"a\"\nbucket = \"files\"\nmode = \"merge\"\n"
      "[[trigger]]\nname = \"FINE\"\nbucket = \"files\"\n"
      "[[trigger]]\nbucket = \"files\"\n"
      "[[trigger]]\nname = \"b\"\nbucket = \"files\"\nworkspace = \"No\"\n"
      "[[trigger]]\nname = \"c\"\nbucket = \"files\"\ncolour = \"red\"\n");
  EXPECT_TRUE(read().triggers.empty());
  std::vector<std::string> told = problems();
  ASSERT_EQ(told.size(), 5U);
  const char* expected[] = {"triggers.toml:7: mode: is auto", "triggers.toml:9: name: \"FINE\" is there twice",
                            "triggers.toml:11: name: is missing",
                            "triggers.toml:16: workspace: ", "triggers.toml:20: colour: is no field"};
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_TRUE(told[i].starts_with(expected[i])) << told[i];
}

TEST_F(ApplyFilesTest, ATriggersFileHoldsNothingElse) {
  put("triggers.toml", "triger = 1\n");
  ASSERT_EQ(problems().size(), 1U);
  EXPECT_TRUE(problems()[0].starts_with("triggers.toml:1: triger: ")) << problems()[0];
}

TEST_F(ApplyFilesTest, FilesThatNobodyReadsAreTold) {
  put("table/a.toml", kTable);
  put("user.toml", "");
  put("tables/b.tmol", kTable);
  put("insights/c.txt", "SELECT 1");
  put("boathouse.toml", "");
  put("notes.txt", "");
  put("make.py", "");
  put("tables/README.md", "");
  put(".git/x.toml", "");
  std::vector<std::string> told = problems();
  std::sort(told.begin(), told.end());
  ASSERT_EQ(told.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(
        told[i].starts_with(std::vector{"insights/c.txt:1", "table/a.toml:1", "tables/b.tmol:1", "user.toml:1"}[i]))
        << told[i];
  }
}

TEST_F(ApplyFilesTest, UnknownWordsOfAnInsightsHeaderAreTold) {
  put("insights/a.sql", "-- publc: true\n-- Public: true\n-- Note: prose\n-- see also: this\n-- plain\nSELECT 1\n");
  std::vector<std::string> told = problems();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].starts_with("insights/a.sql:1: publc: ")) << told[0];
  EXPECT_TRUE(told[1].starts_with("insights/a.sql:2: Public: ")) << told[1];
}

TEST_F(ApplyFilesTest, LinksDoNotLeadOut) {
  put("tables/real.toml", kTable);
  std::ofstream(folder_.path() / "outside.toml") << kTable;
  fs::create_directory(folder_.path() / "elsewhere");
  std::ofstream(folder_.path() / "elsewhere/x.sql") << "SELECT 1";
  fs::create_symlink(folder_.path() / "outside.toml", root() / "tables/out.toml");
  fs::create_symlink("real.toml", root() / "tables/link.toml");
  fs::create_symlink(folder_.path() / "elsewhere", root() / "insights");
  fs::create_symlink("nowhere", root() / "users.toml");
  Installation installation = read();
  EXPECT_EQ(installation.tables.size(), 2U);
  EXPECT_TRUE(installation.insights.empty());
  ASSERT_EQ(installation.problems.size(), 3U);
  EXPECT_EQ(installation.problems[0].file, "users.toml");
  EXPECT_EQ(installation.problems[1].to_text(), "tables/out.toml:1: is a symbolic link that leads out of the folder");
  EXPECT_EQ(installation.problems[2].file, "insights");
}

TEST_F(ApplyFilesTest, BytesThatAreNoText) {
  put("insights/q.sql", "SELECT '\xff'");
  put("tables/t.toml", "description = \"\xff\"\n");
  std::vector<std::string> found = problems();
  ASSERT_EQ(found.size(), 2U);
  for (const std::string& text : found) EXPECT_NE(text.find("not valid UTF-8"), std::string::npos) << text;
}

}  // namespace
}  // namespace boathouse::core
