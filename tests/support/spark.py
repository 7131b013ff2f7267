# SPDX-License-Identifier: Apache-2.0
"""Spark with Iceberg's runtime (scripts/test-venv fetches both), on one thread and without the network."""

from pyspark.sql import SparkSession

from support.paths import ROOT

RUNTIME = ROOT / "build" / "deps" / "spark" / "iceberg-spark-runtime.jar"


def start_spark(folder):
    assert RUNTIME.exists(), f"{RUNTIME} is missing: run scripts/test-venv"
    settings = {
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.driver.memory": "1g",
        "spark.jars": RUNTIME, "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": folder / "warehouse", "spark.local.dir": folder / "local", "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    }
    builder = SparkSession.builder.master("local[1]").appName("boathouse-tests")
    for key, value in settings.items():
        builder = builder.config(key, str(value))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def read_with_spark(session, metadata_location, order_by, columns="*"):
    """The table's rows as tuples, ordered by a column."""
    frame = session.read.format("iceberg").load(metadata_location)
    return [tuple(row) for row in frame.selectExpr(*columns.split(", ")).orderBy(order_by).collect()]
