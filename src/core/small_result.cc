// SPDX-License-Identifier: Apache-2.0
#include "core/small_result.h"

namespace boathouse::core {
namespace {

class Text : public engine::ResultConsumer {
 public:
  void on_columns(const std::vector<engine::Column>&) override {}
  void on_bytes(std::string_view bytes) override { text += bytes; }

  std::string text;
};

}  // namespace

std::string small_result(const Parts& parts, const base::WorkspaceId& workspace, std::string sql,
                         engine::ResultFormat format) {
  engine::QueryCommand command;
  command.sql = std::move(sql);
  command.format = format;
  Text result;
  engine::Lease lease = parts.engine.acquire(parts.layout.query_confinement({workspace}), workspace,
                                             base::steady_micros() + parts.limits.query_timeout);
  lease.query(command, result);
  return std::move(result.text);
}

}  // namespace boathouse::core
