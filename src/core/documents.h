// SPDX-License-Identifier: Apache-2.0
// Documents: JSON objects that are durable in the landing log when they are acknowledged, and rows of their table soon after
// (document_committer.h). Callers have decided the permission already. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/document_committer.h"
#include "core/document_pages.h"
#include "core/documents_in_flight.h"
#include "core/landed.h"
#include "core/table_state.h"

namespace boathouse::core {

inline constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDocumentsInRequest = 1'000'000;

struct DocumentOptions {
  std::filesystem::path folder;  // of the log
  std::string node;
  std::uint64_t log_bytes = std::uint64_t{4} << 30;  // kept on disk, at most
  DocumentRules rules{};
};

// The documents of one request on their way into the log.
struct DocumentPost {
  meta::WorkspaceRow workspace;
  std::string table;
  std::string principal;
  base::RequestId request;
  std::optional<IdempotencyKey> idempotency{};  // with its body_hash

  // Whether prepare() asks the metadata store.
  bool blocks() const { return idempotency || has_limits(); }
  bool has_limits() const { return workspace.limits != "{}"; }
};

// Ready to land, with the ids that its documents will go by.
class DocumentsToLand {
 public:
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  friend class Documents;
  base::WorkspaceId workspace_;
  std::string table_;
  std::vector<std::string> ids_;
  std::string payload_;
  DocumentKeys::Claim claim_;
  DocumentsInFlight::Hold flight_;
};

// The ids of a table's documents have it (base::uuid_mark), so that a document is found by its id alone.
std::uint16_t mark_of_documents(std::string_view table);

enum class DocumentStage { received, committed, quarantined };
std::string_view to_string(DocumentStage stage);

struct FoundDocument {
  DocumentStage stage = DocumentStage::received;
  std::string document;                  // as it came
  base::Micros received_at = 0;          // when it came
  std::optional<std::string> row{};      // of the table, a JSON object
  std::optional<std::string> reasons{};  // of the quarantine, a JSON array
  base::SnapshotId version = 0;          // that it was found in
};

class Documents : public Landed {
 public:
  // Opens the log and reads it. Throws as landing::Log does. All arguments outlive it.
  Documents(const Parts& parts, Ingest& ingest, const DocumentOptions& options);
  ~Documents() override;
  void start();
  // Commits what it can within that time; what is left stays in the log for the next start.
  void stop(std::chrono::milliseconds patience);

  // Error{invalid_argument} for a name that no table of documents may have: [A-Za-z_][A-Za-z0-9_-]{0,127}.
  static void check_table(std::string_view table);

  // The documents of a body that is in memory (batch/document_body.h): one, or many as NDJSON or an array; views into it.
  // Error{invalid_argument} that says where, {too_large} for a document of more than kMaxDocumentBytes and
  // for more than kMaxDocumentsInRequest.
  static std::string_view one(std::string_view body);
  static std::vector<std::string_view> many(std::string_view body);

  // `documents` are those of one() or many(). Blocks on the metadata store where the workspace has limits or there
  // is an Idempotency-Key, and then throws as DocumentKeys says; `first` is set to the ids of that key's first request, if there was one, and nothing is
  // to land.
  DocumentsToLand prepare(const DocumentPost& post, std::span<const std::string_view> documents,
                          std::optional<std::vector<std::string>>& first);

  // Does not block. `done` is called once, on the log's thread, so it must be short and must not throw: with nullptr once
  // the documents are durable. Throws as landing::Log::append() does, and then `done` is not called.
  void land(DocumentsToLand documents, std::function<void(const base::Error* error)> done);

  bool is_settled(const base::WorkspaceId& workspace, std::string_view table) override;
  void settle(const base::WorkspaceId& workspace, std::string_view table, base::Micros deadline) override;
  void settle_all(base::Micros deadline) override;

  // nullopt: there is none. Blocks.
  std::optional<FoundDocument> find(const meta::WorkspaceRow& workspace, std::string_view table,
                                    std::string_view id) const;

  // Documents of the table that are acknowledged, in its rows or its quarantine, in the order of their ids. What is asked
  // after page by page comes once. Error{not_found} for no such table, {invalid_argument} for a wrong id. Blocks.
  DocumentPage page(const meta::WorkspaceRow& workspace, std::string_view table,
                    const DocumentPageRequest& wanted) const;

  DocumentBacklog backlog() const { return committer_->backlog(); }
  DocumentBacklog backlog(const base::WorkspaceId& workspace, std::string_view table) const {
    return committer_->backlog(workspace, table);
  }
  // Whether the table's oldest document waits longer than commits are apart: documents come faster than they are committed.
  bool is_behind(const base::WorkspaceId& workspace, std::string_view table) const {
    return backlog(workspace, table).lag > most_lag_;
  }
  landing::LogFigures log_figures() const { return log_->figures(); }

 private:
  // The workspace's own limits. Error{too_many_requests, storage_full} that names one.
  void hold_to_limits(const DocumentPost& post, std::span<const std::string_view> documents) const;
  std::optional<FoundDocument> find_row(const meta::WorkspaceRow& workspace, const TableState& table,
                                        std::string_view id) const;
  std::optional<FoundDocument> find_quarantined(const meta::WorkspaceRow& workspace, const TableState& table,
                                                std::string_view id) const;

  const Parts& parts_;
  const base::Micros most_lag_;
  mutable DocumentKeys keys_;
  DocumentsInFlight flight_;
  std::unique_ptr<landing::Log> log_;
  std::unique_ptr<DocumentCommitter> committer_;
};

}  // namespace boathouse::core
