// SPDX-License-Identifier: Apache-2.0
// The form of POST /upload as it arrives: `username`, `password` and `file`, in any order. Where the credentials are known
// when the file begins, its bytes go to the table's staging at once; otherwise they are spooled until they are. Nothing is
// written to a table, and nothing is said about one, before the sender is known. Calls block; one at a time.
#pragma once

#include <optional>
#include <string>

#include "api/common/services.h"
#include "api/common/spool.h"
#include "net/multipart.h"

namespace boathouse::api::dataapi {

inline constexpr std::string_view kWorkspace = "main";
// What a table takes at once whose contract does not say.
inline constexpr std::int64_t kMaxRows = 1000;

class UploadForm : public net::MultipartConsumer {
 public:
  UploadForm(const Services& services, const net::Request& request) : services_(services), request_(request) {}

  void begin_part(const net::PartHeader& part) override;
  void data(std::string_view bytes) override;
  void end_part() override { sink_ = Sink::none; }

  // The fields of a form that came url-encoded, so without a file.
  void take_fields(const net::NamedValues& fields);

  // All parts are in: Error{unprocessable, kInvalidFields} that names what is missing, else the file's rows are checked
  // and committed.
  core::Outcome commit();
  const std::string& file_name() const { return file_name_; }

 private:
  enum class Sink { none, username, password, file };

  bool knows_credentials() const { return !header_.empty() || (username_ && password_); }
  void check_complete() const;
  // Authenticates, decides, finds the table and opens the way into it.
  void open_receiver();
  core::IngestRequest ingest_request(const auth::Principal& principal, meta::WorkspaceRow workspace) const;

  const Services& services_;
  const net::Request& request_;
  const std::string header_{request_.headers.get("Authorization")};
  Sink sink_ = Sink::none;
  std::optional<std::string> username_;
  std::optional<std::string> password_;
  bool has_file_ = false;
  bool file_is_text_ = false;  // a field named `file` that is no file
  std::string file_name_;
  std::optional<Spool> spool_;
  std::optional<core::Receiver> receiver_;
};

}  // namespace boathouse::api::dataapi
