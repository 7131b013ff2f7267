// SPDX-License-Identifier: Apache-2.0
// The form of POST /upload as it arrives: `username`, `password` and `file`, in any order. Where the credentials are known
// when the file begins, its bytes go to the table's staging at once; otherwise they are spooled until they are. Nothing is
// written to a table, and nothing is said about one, before the sender is known. Calls block; one at a time.
#pragma once

#include <optional>
#include <string>

#include "api/common/spool.h"
#include "api/dataapi/login_form.h"

namespace boathouse::api::dataapi {

inline constexpr std::string_view kWorkspace = "main";
// What a table takes at once whose contract does not say.
inline constexpr std::int64_t kMaxRows = 1000;

class UploadForm : public LoginForm {
 public:
  using LoginForm::LoginForm;

  void begin_part(const net::PartHeader& part) override;
  void data(std::string_view bytes) override;

  // All parts are in: Error{unprocessable, kInvalidFields} that names what is missing, else the file's rows are checked
  // and committed.
  core::Outcome commit();
  const std::string& file_name() const { return file_name_; }

 private:
  void check_complete() const;
  // Authenticates, decides, finds the table and opens the way into it.
  void open_receiver();
  core::IngestRequest ingest_request(const auth::Principal& principal, meta::WorkspaceRow workspace) const;

  bool in_file_ = false;
  bool has_file_ = false;
  bool file_is_text_ = false;  // a field named `file` that is no file
  std::string file_name_;
  std::optional<Spool> spool_;
  std::optional<core::Receiver> receiver_;
};

}  // namespace boathouse::api::dataapi
