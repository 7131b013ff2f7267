// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/upload_form.h"

#include "api/dataapi/errors.h"
#include "api/dataapi/permission.h"
#include "base/error.h"
#include "core/table_state.h"

namespace boathouse::api::dataapi {
namespace {

using base::Error;
using base::ErrorKind;

// Of a file that comes before the credentials: nobody may fill the disk without showing any.
constexpr std::uint64_t kMaxSpooled = 64 << 20;

}  // namespace

void UploadForm::begin_part(const net::PartHeader& part) {
  LoginForm::begin_part(part);
  in_file_ = part.name == "file" && !has_file_ && part.filename.has_value();
  if (in_file_) {
    has_file_ = true;
    file_name_ = *part.filename;
    if (knows_credentials()) {
      open_receiver();
    } else {
      spool_.emplace(services_.spool);
    }
  } else if (part.name == "file") {
    file_is_text_ = true;
  }
}

void UploadForm::data(std::string_view bytes) {
  if (!in_file_) {
    LoginForm::data(bytes);
    return;
  }
  if (receiver_) {
    receiver_->write(bytes);
    return;
  }
  if (spool_->size() + bytes.size() > kMaxSpooled) {
    throw Error(ErrorKind::too_large, "a file this large comes after username and password in the form");
  }
  spool_->append(bytes);
}

void UploadForm::check_complete() const {
  boost::json::array wrong;
  add_missing(wrong);
  if (!has_file_ && !file_is_text_) wrong.push_back(missing_field("body", "file"));
  if (!has_file_ && file_is_text_) {
    wrong.push_back(invalid_field("body", "file", "Expected UploadFile, received: <class 'str'>", "value_error"));
  }
  if (!wrong.empty()) throw invalid_fields(std::move(wrong));
}

core::IngestRequest UploadForm::ingest_request(const auth::Principal& principal, meta::WorkspaceRow workspace) const {
  auto table = services_.tables.table_for_file(workspace, file_name_);
  if (!table) {
    throw Error(ErrorKind::not_found, "The data table is not availabe for upload").code(std::string(kNoTable));
  }
  auto state = core::find_state(services_.parts, workspace.id, *table);
  core::IngestRequest out;
  out.origin = {.door = "dataapi",
                .principal = principal.name,
                .request = base::RequestId(request_.request_id),
                .file_name = file_name_};
  out.workspace = std::move(workspace);
  out.table = std::move(*table);
  bool has_key = state && state->contract && !state->contract->key.empty();
  out.mode = has_key ? core::WriteMode::upsert : core::WriteMode::append;
  out.format = core::BodyFormat::csv;
  out.header = core::IngestRequest::CsvHeader::by_names;
  out.table_must_exist = true;
  out.min_rows = 1;
  out.max_rows = kMaxRows;
  out.max_rejected_shown = std::numeric_limits<std::int64_t>::max();  // all of them: the table's max_rows bounds them
  return out;
}

void UploadForm::open_receiver() {
  auth::Principal principal = authenticate();
  meta::WorkspaceRow workspace = allow(services_, principal, auth::Action::write);
  receiver_.emplace(services_.ingest.receive(ingest_request(principal, std::move(workspace))));
}

core::Outcome UploadForm::commit() {
  check_complete();
  if (!receiver_) {
    open_receiver();
    spool_->replay([this](std::string_view bytes) { receiver_->write(bytes); });
    spool_.reset();
  }
  core::Received received = receiver_->finish();
  return services_.ingest.commit(services_.ingest.write(services_.ingest.check(std::move(received)))).outcome;
}

}  // namespace boathouse::api::dataapi
