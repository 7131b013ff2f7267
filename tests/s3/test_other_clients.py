# SPDX-License-Identifier: Apache-2.0
"""S3 clients that people have besides those of AWS: rclone and s3cmd (Debian's), MinIO's (PyPI's)."""

import io
import os
import subprocess
from urllib.parse import urlparse

import minio
import pytest
import requests
from minio.commonconfig import CopySource
from minio.deleteobjects import DeleteObject

from support.s3 import body_of, keys_of

BIG = os.urandom(24 << 20)  # both send what is larger than 15 MiB in parts, as they are told here
ODD = "data/a b+c%/ünï/ß~(1)'!.txt"


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "sub" / "two.txt").write_text("two")
    (folder / "sub" / "deep" / "big.bin").write_bytes(BIG)
    return folder


@pytest.fixture
def rclone(house, key, tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env |= {"RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_HOUSE_TYPE": "s3", "RCLONE_CONFIG_HOUSE_PROVIDER": "Other",
            "RCLONE_CONFIG_HOUSE_ACCESS_KEY_ID": key[0], "RCLONE_CONFIG_HOUSE_SECRET_ACCESS_KEY": key[1],
            "RCLONE_CONFIG_HOUSE_ENDPOINT": house.s3_url, "RCLONE_S3_UPLOAD_CUTOFF": "15M", "RCLONE_S3_CHUNK_SIZE": "5M"}

    def run(*arguments, status=0):
        done = subprocess.run(["rclone", "--retries", "1", *map(str, arguments)], env=env, capture_output=True, text=True, timeout=170)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def s3cmd(house, key, tmp_path):
    host = urlparse(house.s3_url).netloc
    settings = tmp_path / "s3cfg"
    settings.write_text(f"[default]\naccess_key = {key[0]}\nsecret_key = {key[1]}\nhost_base = {host}\nhost_bucket = {host}\n"
                        "use_https = False\nmultipart_chunk_size_mb = 5\n")

    def run(*arguments, status=0):
        done = subprocess.run(["s3cmd", "-c", settings, "--no-progress", *map(str, arguments)], capture_output=True, text=True, timeout=170)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return run


def test_rclone_syncs_there_and_back(rclone, client, bucket, files, tmp_path):
    rclone("sync", files, f"house:{bucket}/copy")
    assert keys_of(client, bucket) == ["copy/one.txt", "copy/sub/deep/big.bin", "copy/sub/two.txt"]
    assert body_of(client, bucket, "copy/sub/deep/big.bin") == BIG
    assert "-" in client.head_object(Bucket=bucket, Key="copy/sub/deep/big.bin")["ETag"], "it came in parts"
    rclone("check", files, f"house:{bucket}/copy", "--download")
    # Nothing is sent again, one change is, and what went goes.
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    (files / "one.txt").unlink()
    (files / "sub" / "two.txt").write_text("changed")
    rclone("sync", files, f"house:{bucket}/copy")
    assert keys_of(client, bucket) == ["copy/sub/deep/big.bin", "copy/sub/two.txt"]
    assert len(client.list_object_versions(Bucket=bucket, Prefix="copy/sub/deep/big.bin")["Versions"]) == 1
    rclone("copy", f"house:{bucket}/copy", tmp_path / "back")
    assert (tmp_path / "back" / "sub" / "deep" / "big.bin").read_bytes() == BIG
    assert (tmp_path / "back" / "sub" / "two.txt").read_text() == "changed"


def test_rclone_keeps_times_moves_and_lists(rclone, client, bucket, files):
    os.utime(files / "one.txt", (1_700_000_000, 1_700_000_000))
    rclone("copyto", files / "one.txt", f"house:{bucket}/{ODD}")
    assert keys_of(client, bucket) == [ODD]
    assert "2023-11-14" in rclone("lsl", f"house:{bucket}")
    rclone("moveto", f"house:{bucket}/{ODD}", f"house:{bucket}/plain.txt")
    assert keys_of(client, bucket) == ["plain.txt"] and rclone("cat", f"house:{bucket}/plain.txt", "--offset", 1) == "ne"
    assert "2023-11-14" in rclone("lsl", f"house:{bucket}"), "a copy keeps the metadata"
    rclone("mkdir", f"house:{bucket}-more")
    assert f"{bucket}-more" in rclone("lsd", "house:")
    rclone("purge", f"house:{bucket}-more")
    assert f"{bucket}-more" not in rclone("lsd", "house:")


def test_rclone_is_told_of_what_is_not_there(rclone, bucket):
    assert rclone("ls", f"house:{bucket}/nothing") == ""
    rclone("ls", f"house:{bucket}-nowhere", status=3)


def test_s3cmd_puts_lists_gets_and_removes(s3cmd, client, bucket, files, tmp_path):
    s3cmd("put", files / "one.txt", f"s3://{bucket}/{ODD}")
    s3cmd("put", files / "sub" / "deep" / "big.bin", f"s3://{bucket}/big.bin")
    assert keys_of(client, bucket) == ["big.bin", ODD]
    assert body_of(client, bucket, "big.bin") == BIG
    assert f"s3://{bucket}/big.bin" in s3cmd("ls", f"s3://{bucket}")
    s3cmd("get", f"s3://{bucket}/big.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == BIG
    assert "MD5 sum" in s3cmd("info", f"s3://{bucket}/{ODD}")
    s3cmd("cp", f"s3://{bucket}/{ODD}", f"s3://{bucket}/copy.txt")
    s3cmd("mv", f"s3://{bucket}/copy.txt", f"s3://{bucket}/moved.txt")
    assert keys_of(client, bucket) == ["big.bin", ODD, "moved.txt"]
    s3cmd("del", "--recursive", "--force", f"s3://{bucket}")
    assert keys_of(client, bucket) == []


def test_s3cmd_syncs_and_makes_and_removes_buckets(s3cmd, client, bucket, files):
    s3cmd("sync", f"{files}/", f"s3://{bucket}/copy/")
    assert keys_of(client, bucket) == ["copy/one.txt", "copy/sub/deep/big.bin", "copy/sub/two.txt"]
    (files / "one.txt").unlink()
    said = s3cmd("sync", "--delete-removed", f"{files}/", f"s3://{bucket}/copy/")
    assert "two.txt" not in said, "what is there is not sent again"
    assert keys_of(client, bucket) == ["copy/sub/deep/big.bin", "copy/sub/two.txt"]
    s3cmd("mb", f"s3://{bucket}-more")
    assert f"s3://{bucket}-more" in s3cmd("ls")
    s3cmd("rb", f"s3://{bucket}-more")
    assert f"s3://{bucket}-more" not in s3cmd("ls")
    s3cmd("ls", f"s3://{bucket}-more", status=12)


def test_minio_puts_in_parts_stats_lists_presigns_and_removes(house, key, client, bucket, tmp_path):
    theirs = minio.Minio(urlparse(house.s3_url).netloc, *key, secure=False)
    assert theirs.bucket_exists(bucket) and not theirs.bucket_exists(f"{bucket}-nowhere")
    theirs.put_object(bucket, ODD, io.BytesIO(b"small"), 5, content_type="text/plain", metadata={"x-amz-meta-boat": "heron"})
    stat = theirs.stat_object(bucket, ODD)
    assert (stat.size, stat.content_type, stat.metadata["x-amz-meta-boat"]) == (5, "text/plain", "heron")
    theirs.put_object(bucket, "big.bin", io.BytesIO(BIG), -1, part_size=5 << 20)
    theirs.fget_object(bucket, "big.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == BIG
    assert [item.object_name for item in theirs.list_objects(bucket)] == ["big.bin", "data/"]
    assert [item.object_name for item in theirs.list_objects(bucket, recursive=True)] == ["big.bin", ODD]
    theirs.copy_object(bucket, "copy.txt", CopySource(bucket, ODD))
    assert requests.get(theirs.presigned_get_object(bucket, "copy.txt"), timeout=30).content == b"small"
    assert requests.put(theirs.presigned_put_object(bucket, "new.txt"), data=b"new", timeout=30).status_code == 200
    assert list(theirs.remove_objects(bucket, [DeleteObject("copy.txt"), DeleteObject("big.bin")])) == []
    assert keys_of(client, bucket) == [ODD, "new.txt"]
    with pytest.raises(minio.error.S3Error) as refused:
        theirs.get_object(bucket, "copy.txt")
    assert refused.value.code == "NoSuchKey"
