// SPDX-License-Identifier: Apache-2.0
#include "api/aws/routes.h"

#include "api/aws/api_gateway.h"
#include "api/aws/errors.h"
#include "api/aws/json_service.h"
#include "api/aws/logs.h"
#include "api/aws/secrets_manager.h"
#include "api/aws/sts.h"

namespace boathouse::api::aws {

void add_routes(net::Router& router, const Services& services) {
  router.render_errors("/sts", render_query_error);
  router.add("POST", "/sts", run_sts_action(services),
             {.optional_trailing_slash = true, .summary = "An action of AWS's Security Token Service: who signs"});
  router.render_errors("/logs", render_json_error);
  router.add(
      "POST", "/logs", run_logs_operation(services),
      {.optional_trailing_slash = true, .summary = "An operation of CloudWatch Logs on the logs of triggers' runs"});
  router.render_errors("/secretsmanager", render_json_error);
  router.add(
      "POST", "/secretsmanager", run_secrets_operation(services),
      {.optional_trailing_slash = true, .summary = "An operation of Secrets Manager on the credentials of sinks"});
  router.render_errors("/apigateway", render_rest_error);
  router.add("GET", "/apigateway/restapis", get_rest_apis(services),
             {.optional_trailing_slash = true, .summary = "The documents door, as API Gateway lists APIs"});
}

}  // namespace boathouse::api::aws
