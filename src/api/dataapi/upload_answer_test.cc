// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/upload_answer.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace boathouse::api::dataapi {
namespace {

std::string body_of(const net::Response& response) { return std::get<std::string>(response.body); }

core::Outcome outcome() {
  core::Outcome out;
  out.table = "jobs";
  out.columns = {"id", "job"};
  out.rows_received = 3;
  out.rows_accepted = 3;
  return out;
}

TEST(UploadAnswer, AllRowsUploaded) {
  net::Response response = upload_answer("jobs_a.csv", outcome(), 28'300'000);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response),
            R"json({"file":"jobs_a.csv","type":"jobs","columns":["id","job"],"rows":3,)json"
            R"json("result":"All the records have been uploaded","nrows_inserted":3,"duration(s)":28.300})json");
}

TEST(UploadAnswer, FailedRowsComeAsTheyWereSent) {
  core::Outcome failed = outcome();
  failed.rows_accepted = 0;
  failed.rows_rejected = 3;
  failed.rejected = {
      {1, {}, {{"id", "x"}, {"job", "a"}}}, {2, {}, {{"job", nullptr}, {"id", "2"}}}, {3, {}, {{"_raw", "1,2,3"}}}};
  EXPECT_EQ(
      body_of(upload_answer("jobs.csv", failed, 0)),
      R"json({"file":"jobs.csv","type":"jobs","columns":["id","job"],"rows":3,)json"
      R"json("result":"Errors founded on records failed, successfully uploaded 0 registers","nrows_inserted":0,)json"
      R"json("rows_failed":[{"id":"x","job":"a"},{"id":"2","job":""},{"_raw":"1,2,3"}],"nrows_failed":3,"duration(s)":0.000})json");
}

}  // namespace
}  // namespace boathouse::api::dataapi
