// SPDX-License-Identifier: Apache-2.0
// Starts Swagger UI on this server's own document. No validator: that would be a request to somebody else's server.
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
