"""The Python client, doing one job after another: JSON lines in, JSON lines out. Bytes travel as base64.

A job is {"do": ..., ...}; its answer is {"answer": ...} or {"error": ...}. A consumer says {"event": "streaming"} before it
waits for records.
"""

import base64
import json
import sys

from fluvio import (
    Compression,
    ConsumerConfig,
    ConsumerConfigExtBuilder,
    Fluvio,
    FluvioAdmin,
    FluvioConfig,
    Isolation,
    Offset,
    OffsetManagementStrategy,
    SmartModuleKind,
    TopicProducerConfigBuilder,
    TopicSpec,
)

COMPRESSIONS = {
    "gzip": Compression.Gzip,
    "snappy": Compression.Snappy,
    "lz4": Compression.Lz4,
    "zstd": Compression.Zstd,
    "none": Compression.None_,
}
ISOLATIONS = {"read_committed": Isolation.ReadCommitted, "read_uncommitted": Isolation.ReadUncommitted}
STRATEGIES = {"auto": OffsetManagementStrategy.AUTO, "manual": OffsetManagementStrategy.MANUAL}
KINDS = {
    "filter": SmartModuleKind.Filter,
    "map": SmartModuleKind.Map,
    "array-map": SmartModuleKind.ArrayMap,
    "filter-map": SmartModuleKind.FilterMap,
    "aggregate": SmartModuleKind.Aggregate,
}


def say(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def text(data):
    return base64.b64encode(bytes(data)).decode()


def data(encoded):
    return list(base64.b64decode(encoded))


def offset_of(start):
    kind, count = start
    return {
        "beginning": lambda: Offset.from_beginning(count) if count else Offset.beginning(),
        "end": lambda: Offset.from_end(count) if count else Offset.end(),
        "absolute": lambda: Offset.absolute(count),
    }[kind]()


def config_of(job):
    config = FluvioConfig.new(job["endpoint"])
    tls = job.get("tls")
    if tls is not None:
        config.set_inline_tls(tls["domain"], tls["key"], tls["cert"], tls["ca"])
    return config


def record_of(record):
    return {"key": text(record.key()), "value": text(record.value()), "offset": record.offset()}


def take(stream, count):
    say({"event": "streaming"})
    records = []
    while count is None or len(records) < count:
        record = next(stream, None)
        if record is None:
            break
        records.append(record_of(record))
    return records


def produce(client, job):
    builder = TopicProducerConfigBuilder()
    if "compression" in job:
        builder = builder.compression(COMPRESSIONS[job["compression"]])
    if "isolation" in job:
        builder = builder.isolation(ISOLATIONS[job["isolation"]])
    if "timeout" in job:
        builder = builder.timeout(job["timeout"])
    producer = client.topic_producer_with_config(job["topic"], builder.build())
    places = []
    for key, value in job["records"]:
        place = producer.send(data(key), data(value)).wait()
        places.append([place.partition_id(), place.offset()])
    producer.flush()
    return places


def consume(client, job):
    builder = ConsumerConfigExtBuilder(job["topic"])
    if "partition" in job:
        builder.partition(job["partition"])
    if "start" in job:
        builder.offset_start(offset_of(job["start"]))
    if "consumer" in job:
        builder.offset_consumer(job["consumer"])
        builder.offset_strategy(STRATEGIES[job["strategy"]])
    if job.get("until_end"):
        builder.disable_continuous(True)
    stream = client.consumer_with_config(builder.build())
    records = take(stream, job.get("count"))
    if job.get("commit"):
        stream.offset_commit()
        stream.offset_flush()
    return records


def transform(client, job):
    config = ConsumerConfig()
    module = job["module"]
    config.smartmodule(
        name=module.get("name"), path=module.get("path"), kind=KINDS[module["kind"]], params=module.get("params")
    )
    consumer = client.partition_consumer(job["topic"], 0)
    return take(consumer.stream_with_config(offset_of(job["start"]), config), job["count"])


def run(job):
    what = job["do"]
    config = config_of(job)
    if what in ("create", "delete", "list", "create module"):
        admin = FluvioAdmin.connect_with_config(config)
        if what == "create":
            spec = TopicSpec.create().with_partitions(job["partitions"]).with_replications(job["replication"])
            admin.create_topic(job["topic"], spec.build())
        elif what == "delete":
            admin.delete_topic(job["topic"])
        elif what == "create module":
            admin.create_smartmodule(job["name"], job["path"], False)
        else:
            return [topic.name() for topic in admin.all_topics()]
        return None
    client = Fluvio.connect_with_config(config)
    if what == "produce":
        return produce(client, job)
    if what == "consume":
        return consume(client, job)
    if what == "transform":
        return transform(client, job)
    if what == "offsets":
        found = client.consumer_offsets()
        return [[each.consumer_id, each.topic, each.partition, each.offset] for each in found]
    if what == "delete offset":
        return client.delete_consumer_offset(job["consumer"], job["topic"], job["partition"])
    raise ValueError(what)


for line in sys.stdin:
    try:
        say({"answer": run(json.loads(line))})
    except Exception as error:  # Whatever the client raises is the answer.
        say({"error": f"{type(error).__name__}: {error}"})
