# SPDX-License-Identifier: Apache-2.0
"""Other readers and writers of S3: pyarrow."""

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from support.s3 import body_of


def test_pyarrow_writes_and_reads(house, key, client, bucket):
    files = pyarrow.fs.S3FileSystem(access_key=key[0], secret_key=key[1], endpoint_override=house.s3_url, scheme="http", region="us-east-1")
    table = pa.table({"id": range(200_000), "name": [f"n{i}" for i in range(200_000)]})
    pq.write_table(table, f"{bucket}/data/t.parquet", filesystem=files)
    assert pq.read_table(f"{bucket}/data/t.parquet", filesystem=files).equals(table)
    # A column alone is read by ranges.
    assert pq.read_table(f"{bucket}/data/t.parquet", filesystem=files, columns=["id"]).num_rows == 200_000
    listed = files.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True))
    assert {info.path for info in listed} == {f"{bucket}/data", f"{bucket}/data/t.parquet"}
    assert body_of(client, bucket, "data/t.parquet", Range="bytes=0-3") == b"PAR1"
    files.delete_dir(f"{bucket}/data")
    assert files.get_file_info(f"{bucket}/data/t.parquet").type == pyarrow.fs.FileType.NotFound
