# SPDX-License-Identifier: Apache-2.0
"""The requests of the matrix's lines about the S3 door. Who asks signs with an access key of their own; what is asked about lies in
`main`."""

import itertools

from support.aws import make_key
from support.s3 import SignedS3, s3

_numbers = itertools.count(1)
DELETE = b"<Delete><Object><Key>k</Key></Object></Delete>"


def signed(scene, **options):
    return options | ({"auth": SignedS3(make_key(scene.who))} if scene.who else {})


def on_bucket(filled=True, made=True, **options):
    def request(scene):
        name = f"matrix-{next(_numbers)}"
        client = s3(scene.server, make_key(scene.admin, workspace="main"))
        if made:
            client.create_bucket(Bucket=name)
        if filled and made:
            client.put_object(Bucket=name, Key="k", Body=b"x")
        return {"bucket": name, "key": "k"}, signed(scene, **options)
    return request


S3 = {
    "GET /s3": lambda scene: ({}, signed(scene)),
    "GET /s3/{bucket}": on_bucket(),
    "PUT /s3/{bucket}": on_bucket(made=False),
    "POST /s3/{bucket}": on_bucket(params={"delete": ""}, data=DELETE),
    "DELETE /s3/{bucket}": on_bucket(filled=False),
    "GET /s3/{bucket}/{key}": on_bucket(),
    "PUT /s3/{bucket}/{key}": on_bucket(data=b"y"),
    "POST /s3/{bucket}/{key}": on_bucket(params={"uploads": ""}),
    "DELETE /s3/{bucket}/{key}": on_bucket(),
}
