// SPDX-License-Identifier: Apache-2.0
#include "core/documents.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "core/core_fixture.h"

namespace boathouse::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DocumentsTest : public CoreTest {
 protected:
  DocumentsTest() { begin(); }
  ~DocumentsTest() override { end(); }

  DocumentOptions options() {
    DocumentOptions options{.folder = folder_.path() / "landing", .node = "0123456789abcdef0123456789abcdef0123"};
    options.rules.commit_every = base::kHour;  // only who asks gets a commit
    options.rules.commit_bytes = commit_bytes_;
    return options;
  }
  void begin(bool start = true) {
    documents_ = std::make_unique<Documents>(parts_, ingest_, options());
    parts_.landed = documents_.get();
    if (start) documents_->start();
  }
  void end() {
    parts_.landed = nullptr;
    documents_.reset();
  }

  std::vector<std::string> post(const std::string& table, std::vector<std::string_view> texts,
                                std::optional<IdempotencyKey> key = {}) {
    std::optional<std::vector<std::string>> first;
    DocumentPost wanted{.workspace = workspace_,
                        .table = table,
                        .principal = "tester",
                        .request = base::RequestId("r-1"),
                        .idempotency = std::move(key)};
    DocumentsToLand made = documents_->prepare(wanted, texts, first);
    return first ? *first : land(std::move(made));
  }
  std::vector<std::string> land(DocumentsToLand made) {
    std::vector<std::string> ids = made.ids();
    std::promise<void> landed;
    documents_->land(std::move(made), [&](const base::Error* error) {
      EXPECT_EQ(error, nullptr);
      landed.set_value();
    });
    landed.get_future().get();
    return ids;
  }
  std::vector<std::string> ids_after(const std::string& table, std::string& after) {
    std::vector<std::string> ids;
    DocumentPage page = documents_->page(workspace_, table, {.after = after});
    for (const PagedDocument& document : page.documents) ids.push_back(document.id);
    after = page.after;
    return ids;
  }

  std::uint64_t commit_bytes_ = std::uint64_t{64} << 20;
  std::unique_ptr<Documents> documents_;
};

TEST_F(DocumentsTest, AQuerySeesWhatWasAcknowledged) {
  post("events", {R"({"a":1,"b":{"c":"x"},"tags":[true,2.5]})"});
  EXPECT_EQ(sql("SELECT a, b__c, tags__0, tags__1, _document FROM events"),
            R"([[1,"x",true,2.5,"{\"a\":1,\"b\":{\"c\":\"x\"},\"tags\":[true,2.5]}"]])");
  post("events", {R"({"late":"y"})", R"({"a":2})"});
  EXPECT_EQ(sql("SELECT a, late FROM events ORDER BY _id"), R"([[1,null],[null,"y"],[2,null]])");
  EXPECT_EQ(sql("SELECT column_name FROM (DESCRIBE events)"),
            R"([["a"],["b__c"],["tags__0"],["tags__1"],["late"],["_id"],["_received_at"],["_document"],["_rest"]])");
  EXPECT_EQ(documents_->backlog().documents, 0U);
}

TEST_F(DocumentsTest, MisfitsGoIntoQuarantineWithTheirDocument) {
  auto ids = post("events", {R"({"n":1,"s":"x"})", R"({"n":"one","s":2})", R"({"n":3})"});
  EXPECT_EQ(sql("SELECT n, s FROM events ORDER BY _id"), R"([[1,"x"],[3,null]])");
  EXPECT_EQ(sql("SELECT id, data, request_id FROM \"events$quarantine\""),
            fmt::format(R"([["{}","{{\"n\":\"one\",\"s\":2}}","r-1"]])", ids[1]));
  EXPECT_THAT(sql("SELECT reasons FROM \"events$quarantine\""), HasSubstr("type"));
  auto found = documents_->find(workspace_, "events", ids[1]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stage, DocumentStage::quarantined);
  EXPECT_EQ(found->document, R"({"n":"one","s":2})");
}

TEST_F(DocumentsTest, ADocumentIsFoundWhereverItIs) {
  end();
  begin(false);
  auto waiting = post("events", {R"({"a":"\"_id\":\"x\""})", R"( {"a" : 1.50} )"});
  end();
  begin();
  for (int i = 0; i < 2; ++i) {
    auto found = documents_->find(workspace_, "events", waiting[1]);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->document, R"( {"a" : 1.50} )");
    EXPECT_EQ(found->stage, DocumentStage::received);
  }
  sql("SELECT 1 FROM events");
  auto found = documents_->find(workspace_, "EVENTS", waiting[0]);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->stage, DocumentStage::committed);
  EXPECT_EQ(found->document, R"({"a":"\"_id\":\"x\""})");
  EXPECT_THAT(*found->row, HasSubstr(R"("a":"\"_id\":\"x\"")"));
  EXPECT_FALSE(documents_->find(workspace_, "events", base::uuid_v7()));
  EXPECT_FALSE(documents_->find(workspace_, "none", waiting[0]));
}

TEST_F(DocumentsTest, EachIsThereOnceAfterARestart) {
  post("a", {R"({"n":1})"});
  sql("SELECT 1 FROM a");
  post("a", {R"({"n":2})", R"({"n":3})"});
  post("b", {R"({"n":4})"});
  end();
  begin();
  EXPECT_EQ(sql("SELECT n FROM a ORDER BY n"), "[[1],[2],[3]]");
  EXPECT_EQ(sql("SELECT n FROM b"), "[[4]]");
  end();
  begin();
  EXPECT_EQ(sql("SELECT count(*) FROM a"), "[[3]]");
}

TEST_F(DocumentsTest, AKeyGivesTheFirstIdsWhereverTheyAre) {
  IdempotencyKey key{.scope = "s", .key = "k", .body_hash = "h"};
  auto first = post("a", {R"({"n":1})", R"({"n":2})"}, key);
  EXPECT_EQ(post("a", {R"({"n":1})", R"({"n":2})"}, key), first) << "in the log";
  end();
  begin(false);
  EXPECT_EQ(post("a", {R"({"n":1})"}, key), first) << "after a restart";
  IdempotencyKey other = key;
  other.body_hash = "other";
  EXPECT_EQ(error_of([&] { post("a", {"{}"}, other); }).code(), "idempotency-key-reused");
  end();
  begin();
  EXPECT_EQ(sql("SELECT n FROM a ORDER BY n"), "[[1],[2]]");
  EXPECT_EQ(post("a", {R"({"n":1})"}, key), first) << "committed";
  EXPECT_EQ(error_of([&] { post("a", {"{}"}, other); }).code(), "idempotency-key-reused");
  EXPECT_EQ(sql("SELECT count(*) FROM a"), "[[2]]");
}

TEST_F(DocumentsTest, AFractionMakesANumberColumnDoubleOnce) {
  post("a", {R"({"n":1,"big":9007199254740993})"});
  sql("SELECT 1 FROM a");
  post("a", {R"({"n":2.5,"big":0.5})"});
  EXPECT_EQ(sql("SELECT n, typeof(n), big, typeof(big) FROM a"), R"([[1.0,"DOUBLE","9007199254740993","BIGINT"]])")
      << "one value cannot follow, so the other stays out too";
  post("a", {R"({"n":2.5})"});
  EXPECT_EQ(sql("SELECT n FROM a ORDER BY n"), "[[1.0],[2.5]]");
  EXPECT_EQ(sql("SELECT count(*) FROM \"a$quarantine\""), "[[1]]");
}

TEST_F(DocumentsTest, ATableThatCannotTakeDocumentsPutsThemAside) {
  load("own", "_id,x\n1,2\n");
  post("own", {R"({"x":3})", R"({"x":4})"});
  EXPECT_EQ(sql("SELECT count(*) FROM own"), "[[1]]");
  EXPECT_EQ(sql("SELECT data FROM \"own$quarantine\" ORDER BY id"), R"([["{\"x\":3}"],["{\"x\":4}"]])");
  EXPECT_EQ(documents_->backlog().documents, 0U);
}

TEST_F(DocumentsTest, ADropTakesWhatIsOnItsWay) {
  post("a", {R"({"n":1})"});
  tables_.drop(workspace_, "a");
  EXPECT_THAT(error_of([&] { sql("SELECT 1 FROM a"); }).message(), HasSubstr("there is no table"));
  post("a", {R"({"m":1})"});
  EXPECT_EQ(sql("SELECT m FROM a"), "[[1]]");
}

TEST_F(DocumentsTest, AContractSaysWhatDocumentsAre) {
  put_contract("c", R"({"columns":[{"name":"id","type":"INTEGER","required":true},{"name":"payload","type":"JSON"},
                        {"name":"day","type":"DATE"}],"unknown_columns":"reject","max_rows":1})");
  post("c", {R"({"id":1,"payload":{"x":[1, 2]},"day":"2024-01-31"})", R"({"payload":1})", R"({"id":2,"more":1})"});
  EXPECT_EQ(sql("SELECT id, payload, day FROM c"), R"([[1,"{\"x\":[1, 2]}","2024-01-31"]])");
  EXPECT_EQ(sql("SELECT json_extract_string(reasons, '$[0].rule') FROM \"c$quarantine\" ORDER BY id"),
            R"([["required"],["unknown_columns"]])");
  put_contract("c",
               R"({"columns":[{"name":"id","type":"INTEGER"},{"name":"x","type":"STRING"}],"unknown_columns":"add"})");
  post("c", {R"({"id":3,"x":"y","new":true})"});
  EXPECT_EQ(sql("SELECT id, x, new FROM c WHERE id = 3"), R"([[3,"y",true]])");
  EXPECT_EQ(sql("SELECT count(_document) FROM c"), "[[2]]");
}

TEST_F(DocumentsTest, LittleRoomHoldsDocumentsBackInTheLog) {
  end();
  commit_bytes_ = 100;
  auto narrow = options();
  narrow.rules.staged_bytes = 300;
  documents_ = std::make_unique<Documents>(parts_, ingest_, narrow);
  parts_.landed = documents_.get();
  for (int i = 0; i < 200; ++i) post("a", {fmt::format(R"({{"n":{},"pad":"{}"}})", i, std::string(20, 'x'))});
  documents_->start();
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT n), sum(n) FROM a"), R"([[200,200,19900]])");
}

TEST_F(DocumentsTest, WhoeverFollowsPassesNoDocumentByThatLandsLate) {
  std::string after = post("t", {R"({"n":0})"}).at(0);
  std::optional<std::vector<std::string>> first;
  std::vector<std::string_view> text{R"({"n":1})"};
  DocumentPost wanted{
      .workspace = workspace_, .table = "t", .principal = "tester", .request = base::RequestId("r"), .idempotency = {}};
  DocumentsToLand late = documents_->prepare(wanted, text, first);
  std::vector<std::string> early = post("t", {R"({"n":2})"});
  EXPECT_LT(late.ids().at(0), early.at(0));
  EXPECT_THAT(ids_after("t", after), testing::IsEmpty()) << "one with a lesser id is on its way";
  std::vector<std::string> landed = land(std::move(late));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));  // into another millisecond than the ids'
  EXPECT_THAT(ids_after("t", after), ElementsAre(landed.at(0), early.at(0)));
  EXPECT_THAT(ids_after("t", after), testing::IsEmpty());
}

}  // namespace
}  // namespace boathouse::core
