# SPDX-License-Identifier: Apache-2.0
"""A put in chunks (aws-chunked), signed or not, right or wrong."""

import hashlib
import hmac
import re

import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

EMPTY = hashlib.sha256(b"").hexdigest()
CHUNK = 64 << 10


def put_chunked(house, key, path, body, form, trailer, length=None, change=None, announced=None, headers=None, spaced=False):
    """`spaced`: the trailer as the examples of S3 and minio-go have it, with line feeds alone and an empty line after them."""
    chunks = [body[i:i + CHUNK] for i in range(0, len(body), CHUNK)]
    request = AWSRequest(method="PUT", url=house.s3_url + path, headers={
        "Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": str(len(body) if length is None else length),
        **({"X-Amz-Trailer": announced or ",".join(trailer)} if trailer else {}), **(headers or {})})
    signer = S3SigV4Auth(Credentials(*key), "s3", "us-east-1")
    signer.payload = lambda _: form
    signer.add_auth(request)
    request.headers["X-Amz-Content-SHA256"] = form
    stamp = request.headers["X-Amz-Date"]
    scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
    secret = b"AWS4" + key[1].encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    previous = re.search("Signature=([0-9a-f]{64})", request.headers["Authorization"])[1]

    def sign(kind, *lines):
        nonlocal previous
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", stamp, scope, previous, *lines])
        previous = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        return previous

    def head(chunk):
        if "HMAC" not in form:
            return f"{len(chunk):x}\r\n".encode()
        return f"{len(chunk):x};chunk-signature={sign('PAYLOAD', EMPTY, hashlib.sha256(chunk).hexdigest())}\r\n".encode()

    sent = [head(chunk) + chunk + b"\r\n" for chunk in chunks]
    end = head(b"")
    if change == "bytes":
        sent[1] = sent[1][:-3] + bytes([sent[1][-3] ^ 1]) + b"\r\n"
    if change == "order":
        sent[0], sent[1] = sent[1], sent[0]
    if change == "repeat":
        sent[1] = sent[0]
    for name, value in trailer.items():
        end += f"{name}:{value}\n".encode() if spaced else f"{name}:{value}\r\n".encode()
    if trailer and spaced:
        end += b"\r\n"
    if trailer and "HMAC" in form:
        signature = sign("TRAILER", hashlib.sha256("".join(f"{n}:{v}\n" for n, v in trailer.items()).encode()).hexdigest())
        if change == "trailer":
            signature = signature[::-1]
        if change != "unsigned":
            end += f"x-amz-trailer-signature:{signature}\r\n".encode()
    return requests.put(request.url, data=b"".join(sent) + end + b"\r\n", headers=dict(request.headers), timeout=60)
