# SPDX-License-Identifier: Apache-2.0
"""The files of a table as pyiceberg finds them, against those that lie in its folder."""

import gzip
import itertools
import pathlib
import time

from pyiceberg.table import StaticTable


def needed(metadata_location):
    """Every file that a version of the table needs: manifest lists, manifests, data and delete files."""
    table = StaticTable.from_metadata(metadata_location)
    paths = {metadata_location}
    manifests = {}
    for snapshot in table.metadata.snapshots:
        paths.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            manifests[manifest.manifest_path] = manifest
    paths |= manifests.keys()
    for manifest in manifests.values():
        paths |= {entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)}
    return {path.removeprefix("file://") for path in paths}


def on_disk(metadata_location):
    folder = pathlib.Path(metadata_location.removeprefix("file://")).parent.parent
    return {str(path) for path in folder.rglob("*") if path.is_file()}


def is_metadata(path):
    return path.endswith(".metadata.json")


def is_compressed(path):
    return path.endswith(".gz.metadata.json")


def fill_until_compressed(admin, table):
    """Appends so many versions of `id,v` to a table that its metadata files are compressed, from a good while before the end."""
    count = itertools.count(100)
    while not is_compressed(admin.describe(table)["metadata_location"]):
        for _ in range(50):
            number = next(count)
            assert number < 2000, "many versions do not make metadata files large"
            admin.post_rows(table, f"id,v\n{number},\n")
    for _ in range(50):
        admin.post_rows(table, f"id,v\n{next(count)},\n")


def texts_of(folder):
    """Everything that Iceberg's metadata files below a folder say, by path."""
    unfold = {True: lambda path: gzip.decompress(path.read_bytes()).decode(), False: lambda path: path.read_text()}
    return {path: unfold[is_compressed(path.name)](path) for path in pathlib.Path(folder).rglob("*.metadata.json")}


def bytes_of(paths):
    return sum(pathlib.Path(path).stat().st_size for path in paths)


def look(admin, table):
    """(location, files there, files needed) of a table that did not move meanwhile: without a grace time what a version needed
    is gone as soon as it expires."""
    while True:
        location = admin.describe(table)["metadata_location"]
        try:
            found = location, on_disk(location), needed(location)
        except FileNotFoundError:
            assert admin.describe(table)["metadata_location"] != location, "a file that is needed is not there"
            continue
        if admin.describe(table)["metadata_location"] == location:
            return found


def wait_until_tidy(admin, table, limit=60):
    """Waits until the table's folder holds what its versions need and nothing else, but for the newest metadata files."""
    deadline = time.monotonic() + limit
    while True:
        location, there, wanted = look(admin, table)
        assert wanted <= there, f"gone although needed: {sorted(wanted - there)}"
        leaked = {path for path in there - wanted if not is_metadata(path)}
        if not leaked and sum(map(is_metadata, there)) <= 21:
            return location
        assert time.monotonic() < deadline, f"never removed: {sorted(leaked)[:10]}"
        time.sleep(0.2)
