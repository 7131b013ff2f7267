// SPDX-License-Identifier: Apache-2.0
#include "api/native/installation.h"

#include "auth/audited.h"
#include "base/error.h"
#include "core/installation_copy.h"

namespace boathouse::api::native {
namespace {

// Ends the work when nobody waits for its answer any more.
class WhileWaited final : public core::Progress {
 public:
  explicit WhileWaited(const std::stop_token& abandoned) : abandoned_(abandoned) {}
  void advance(std::int64_t, std::int64_t, std::string_view) override {}
  void log(std::string_view) override {}
  void check() override {
    if (abandoned_.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "the client has left");
  }

 private:
  const std::stop_token abandoned_;
};

}  // namespace

net::Response back_up_installation(const Call& call) {
  allow_params(call.request, {});
  JsonFields fields(parse_json(call.body));
  core::CopyRequest wanted{.data = call.services.parts.layout.data(),
                           .to = fields.text("to"),
                           .passphrase = fields.optional_text("passphrase").value_or("")};
  fields.finish();
  const Services& services = call.services;
  return auth::audited(
      services.parts.meta, call.caller(), "back-up-installation", wanted.to.string(), [&](meta::AuditRow& audit) {
        services.auth.access.require_admin(call.principal);
        WhileWaited progress(call.request.abandoned);
        const core::InstallationCopy copy = core::copy_installation(services.parts, services.archive, wanted, progress);
        services.parts.meta.audit().append(audit);
        return net::json_response(201, core::to_json(copy));
      });
}

}  // namespace boathouse::api::native
