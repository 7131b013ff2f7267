// SPDX-License-Identifier: Apache-2.0
#include "net/metrics.h"

#include <thread>

#include "net/test_support.h"

namespace boathouse::net {
namespace {

TEST(Metrics, RendersGaugesAskedForAtTheTime) {
  Metrics metrics;
  double depth = 1;
  metrics.add_gauge("boathouse_queue", "Queued work", {{"pool", "io"}}, [&depth] { return depth; });
  metrics.add_gauge("boathouse_queue", "Queued work", {{"pool", "engine"}}, [] { return 7.0; });
  metrics.add_counter("boathouse_rows_total", "Rows taken", {}, [] { return 42.0; });
  depth = 3;
  std::string text = metrics.render();
  EXPECT_NE(
      text.find("# TYPE boathouse_queue gauge\nboathouse_queue{pool=\"io\"} 3\nboathouse_queue{pool=\"engine\"} 7\n"),
      std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "# HELP boathouse_rows_total Rows taken\n# TYPE boathouse_rows_total counter\nboathouse_rows_total 42\n"),
      std::string::npos);
}

TEST(Metrics, RendersDurationsThatSomebodyKeeps) {
  Metrics metrics;
  base::Durations waits;
  metrics.add_durations("boathouse_wait_seconds", "Waiting", {{"for", "worker"}}, waits);
  waits.observe(500);                  // 0.5 ms is in the first bucket, whose bound it is
  waits.observe(501);                  // this no more
  waits.observe(200 * base::kSecond);  // and this in none but the last
  std::string text = metrics.render();
  EXPECT_NE(text.find("# TYPE boathouse_wait_seconds histogram\n"), std::string::npos) << text;
  for (const char* line : {"boathouse_wait_seconds_count{for=\"worker\"} 3\n",
                           "boathouse_wait_seconds_bucket{for=\"worker\",le=\"0.0005\"} 1\n",
                           "boathouse_wait_seconds_bucket{for=\"worker\",le=\"0.001\"} 2\n",
                           "boathouse_wait_seconds_bucket{for=\"worker\",le=\"120\"} 2\n",
                           "boathouse_wait_seconds_bucket{for=\"worker\",le=\"+Inf\"} 3\n",
                           "boathouse_wait_seconds_sum{for=\"worker\"} 200.001001\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Metrics, CountsFromManyThreads) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&metrics, i] {
        for (int k = 0; k < 1000; ++k)
          metrics.count_request("/r" + std::to_string(k % 10), i % 2 ? "GET" : "POST", 200, 0.003);
      });
    }
  }
  metrics.count_bytes(10, 20);
  std::string text = metrics.render();
  EXPECT_NE(text.find("boathouse_http_requests_total{method=\"GET\",route=\"/r3\",status=\"200\"} 200"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("boathouse_http_request_duration_seconds_bucket{route=\"/r3\",le=\"0.005\"} 400"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("boathouse_http_request_duration_seconds_bucket{route=\"/r3\",le=\"0.0025\"} 0"),
            std::string::npos);
  EXPECT_NE(text.find("boathouse_http_bytes_total{direction=\"in\"} 10"), std::string::npos);
  EXPECT_NE(text.find("boathouse_http_bytes_total{direction=\"out\"} 20"), std::string::npos);
}

}  // namespace
}  // namespace boathouse::net
