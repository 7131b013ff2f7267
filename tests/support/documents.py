# SPDX-License-Identifier: Apache-2.0
"""Documents, posted: objects, or bodies as they are."""

import json

from support.api import NDJSON


def post(api, table, document, expect=200, **options):
    body = document if isinstance(document, (str, bytes)) else json.dumps(document)
    headers = {"Content-Type": "application/json"} | options.pop("headers", {})
    return api.post(f"/table/{table}/object", data=body, headers=headers, expect=expect, **options)


def post_many(api, table, documents, expect=200, content_type=NDJSON, **options):
    body = documents if isinstance(documents, (str, bytes)) else "\n".join(json.dumps(d) for d in documents)
    return api.post(f"/table/{table}/objects", data=body, headers={"Content-Type": content_type}, expect=expect, **options)
