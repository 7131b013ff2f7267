// SPDX-License-Identifier: Apache-2.0
// Brings documents from the landing log into their tables: one thread reads the log and sorts its records by table, flat and
// staged; others commit what is due. A commit carries how far the log is in its table, so that a record is committed once,
// whatever happens; segments are released when all their records are. Documents of one table are committed in the order of the
// log.
#pragma once

#include <condition_variable>
#include <map>
#include <thread>

#include "core/document_keys.h"
#include "core/document_lane.h"
#include "landing/log.h"

namespace boathouse::core {

struct DocumentRules {
  base::Micros commit_every = base::kSecond;              // a document waits about so long for company
  std::uint64_t commit_bytes = std::uint64_t{64} << 20;   // of documents in one commit
  std::uint64_t staged_bytes = std::uint64_t{256} << 20;  // of one table's documents outside the log
  std::size_t threads = 2;
};

// What waits, of all tables or of one.
struct DocumentBacklog {
  std::uint64_t documents = 0;  // acknowledged, not in their table
  base::Micros lag = 0;         // how long the oldest has waited
  std::uint64_t failing = 0;    // tables whose commits fail
  std::string failure;          // why, of one of them
};

class DocumentCommitter {
 public:
  // Reads once through the log, so that what it holds is known. All arguments outlive it.
  DocumentCommitter(const Parts& parts, Ingest& ingest, landing::Log& log, std::string node, DocumentKeys& keys,
                    DocumentRules rules);
  ~DocumentCommitter();

  void start();
  // Commits nothing more; what waits is in the log.
  void stop();

  // Of the log's thread: the record is durable, and holds so many documents of the table.
  void landed(const base::WorkspaceId& workspace, std::string_view table, landing::Position position,
              std::uint64_t documents);

  // As in Landed.
  bool is_settled(const base::WorkspaceId& workspace, std::string_view table) const;
  void settle(const base::WorkspaceId& workspace, std::string_view table, base::Micros deadline);
  void settle_all(base::Micros deadline);

  // The document, while it is not committed.
  std::optional<std::string> find(const base::WorkspaceId& workspace, std::string_view table, std::string_view id);

  DocumentBacklog backlog() const;
  DocumentBacklog backlog(const base::WorkspaceId& workspace, std::string_view table) const;

 private:
  using LanePtr = std::shared_ptr<DocumentLane>;

  LanePtr find_lane(const base::WorkspaceId& workspace, std::string_view table) const;
  LanePtr lane_of(const base::WorkspaceId& workspace, std::string_view table);
  std::vector<LanePtr> lanes() const;

  // The reader's thread.
  void run_reader();
  void read_all();
  void take(const landing::Record& record);
  void read_behind(DocumentLane& lane);
  bool has_room(const DocumentLane& lane) const;
  void stage(DocumentLane& lane, landing::Position position, std::string_view payload) const;
  std::vector<batch::FlatColumn> columns_for(const DocumentLane& lane) const;

  // The committing threads'.
  void run_writer();
  LanePtr pick(base::Micros& next);
  void commit_next(DocumentLane& lane);
  void commit(DocumentLane& lane, DocumentStretch& stretch);
  void done(DocumentLane& lane, const DocumentStretch& stretch, const Outcome& outcome);
  void failed(DocumentLane& lane, const DocumentStretch& stretch, const base::Error& error);
  bool is_settled(const DocumentLane& lane, landing::Position wanted) const;
  void release();
  void wake_reader(bool now);
  // For a second at most: a disk that does not give what it has is not waited for.
  void wait_until_read(landing::Position position);

  const Parts& parts_;
  Ingest& ingest_;
  landing::Log& log_;
  const std::string node_;
  DocumentKeys& keys_;
  const DocumentRules rules_;

  mutable std::mutex lanes_mutex_;
  // Guarded by lanes_mutex_:
  std::map<std::pair<std::string, std::string>, LanePtr, std::less<>> lanes_;

  bool replaying_ = true;  // of the reader: what it reads was acknowledged before this process began
  std::atomic<bool> has_news_{false};
  std::atomic<landing::Position> scanned_{0};  // every record up to here is in its lane, or was passed over as `behind`

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::condition_variable read_;     // the reader: something is to be read
  std::condition_variable work_;     // the committing threads: something may be due
  std::condition_variable settled_;  // who waits: a table got further
  bool urgent_ = false;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace boathouse::core
