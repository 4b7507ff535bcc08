#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the Grafana dashboard and the runbook.

    deploy/monitoring/generate.py

dashboard.json in this folder is made of the list of panels below. deploy/docs/runbook.md is made of alerts.yaml and of
the event catalog systemd/pixelated.catalog. The program needs PyYAML.
"""

import json
import os
import re
import textwrap

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
CATALOG = os.path.join(PROJECT, "systemd", "pixelated.catalog")
ALERTS = os.path.join(HERE, "alerts.yaml")
DASHBOARD = os.path.join(HERE, "dashboard.json")
RUNBOOK = os.path.join(PROJECT, "deploy", "docs", "runbook.md")

# MARK: The dashboard

# The labels that the variables of the dashboard select.
SELECTED = 'job=~"$job", instance=~"$instance"'
RATE = "$__rate_interval"


def counter(name, *by, **labels):
    """Returns the rate of a counter, added over the instances and by the given labels."""
    matchers = ", ".join([SELECTED] + [f'{label}="{value}"' for label, value in labels.items()])
    group = f" by ({', '.join(by)})" if by else ""
    return f"sum{group} (rate(pixelated_{name}_total{{{matchers}}}[{RATE}]))"


def gauge(name, function, extra=""):
    """Returns the sum, the maximum and so on of a gauge over the instances."""
    return f"{function} (pixelated_{name}{{{SELECTED}{extra}}})"


def quantile(share, name, extra=""):
    """Returns a quantile of a histogram over all instances."""
    return (f"histogram_quantile({share}, sum by (le) "
            f"(rate(pixelated_{name}_bucket{{{SELECTED}{extra}}}[{RATE}])))")


def mean(stage):
    """Returns the mean duration of a stage."""
    series = f'{{{SELECTED}, stage="{stage}"}}[{RATE}]'
    return (f"sum (rate(pixelated_stage_seconds_sum{series}))"
            f" / sum (rate(pixelated_stage_seconds_count{series}))")


# Each row of the dashboard has a title and panels: type, title, description, unit, and the expressions by their
# legends. A legend {{label}} stands for the values of that label.
ROWS = (
    ("State", (
        ("stat", "Ready", "Replicas that receive messages.", "none", {"ready": gauge("ready", "sum")}),
        ("stat", "Circuit breakers open", "Replicas whose circuit breaker of sources and outputs is open.", "none",
         {"open": gauge("breaker", "sum", ', pixelated_breaker="open"')}),
        ("stat", "Quarantine closed off", "Replicas that cannot store the reasons of permanent failures.", "none",
         {"open": gauge("quarantine_breaker", "sum", ', pixelated_quarantine_breaker="open"')}),
        ("stat", "Behind", "Age of the oldest message of the last receive.", "s",
         {"behind": gauge("queue_lag_seconds", "min")}),
        ("stat", "Last picture", "Time since a replica pixelated a picture.", "s",
         {"ago": gauge("last_picture_age_seconds", "min")}),
        ("stat", "Configurations", "Different configurations; more than 1 means a rollout that has not ended.", "none",
         {"digests": f"count (count by (digest) (pixelated_config_info{{{SELECTED}}}))"}),
    )),
    ("Work", (
        ("timeseries", "Records by outcome", "Records that ended, by their outcome.", "ops",
         {"{{outcome}}": counter("records", "outcome")}),
        ("timeseries", "Bytes", "Bytes of the sources and of the outputs of records with the outcome done.", "Bps",
         {"sources": counter("source_bytes"), "outputs": counter("output_bytes")}),
        ("timeseries", "Stages", "Mean duration of the stages of a record.", "s",
         {"wait for memory and processor": mean("wait"), "GET": mean("get"), "decode and encode": mean("decode"),
          "PUT": mean("put")}),
        ("timeseries", "Duration of records", "Quantiles of the duration of records with the outcome done.", "s",
         {"50 %": quantile("0.5", "record_seconds"), "95 %": quantile("0.95", "record_seconds"),
          "99 %": quantile("0.99", "record_seconds")}),
        ("timeseries", "Size of sources", "Quantiles of the sizes of sources.", "bytes",
         {"50 %": quantile("0.5", "source_size_bytes"), "95 %": quantile("0.95", "source_size_bytes")}),
        ("timeseries", "Skipped records", "Records that needed no work, by reason.", "ops",
         {"{{reason}}": counter("records_skipped", "reason")}),
    )),
    ("Queue", (
        ("timeseries", "Lag", "Age of the oldest message of the last receive, by replica.", "s",
         {"{{instance}}": f"pixelated_queue_lag_seconds{{{SELECTED}}}"}),
        ("timeseries", "Backlog", "Time that one replica needs for the messages that wait, and for one of them.", "s",
         {"all": gauge("backlog_seconds", "max"), "one message": gauge("message_seconds", "avg")}),
        ("timeseries", "Time in the queue", "Quantiles of the time between the sending and the receive.", "s",
         {"50 %": quantile("0.5", "queue_age_seconds"), "95 %": quantile("0.95", "queue_age_seconds")}),
        ("timeseries", "Messages", "Messages received, received again, processed alone, deleted and released.", "ops",
         {"received": counter("messages_received"), "received again": counter("messages_redelivered"),
          "processed alone": counter("messages_suspect"),
          "deleted": counter("messages_deleted"), "released": counter("messages_released")}),
        ("timeseries", "In flight", "Messages in flight, and the most that the settings permit.", "none",
         {"in flight": gauge("messages_in_flight", "sum"), "limit": gauge("max_in_flight", "sum")}),
        ("timeseries", "Polls", "Polls that were answered, and polls that failed.", "ops",
         {"answered": counter("polls"), "failed": counter("poll_failures")}),
        ("timeseries", "Leases", "Leases that were extended, or lost by reason, and deletions without confirmation.",
         "ops",
         {"extended": counter("visibility_extensions"), "lost: {{reason}}": counter("leases_lost", "reason"),
          "not confirmed": counter("settle_failures"), "refused in batches": counter("batch_refusals")}),
    )),
    ("Failures", (
        ("timeseries", "Failed records", "Records that ended with an error, by its kind and the outcome.", "ops",
         {"{{kind}}: {{outcome}}": counter("record_errors", "kind", "outcome") + " > 0"}),
        ("timeseries", "Failed attempts", "Attempts that failed, those with an open circuit breaker included.", "ops",
         {"{{kind}}": counter("attempt_failures", "kind") + " > 0"}),
        ("timeseries", "Circuit breakers", "Replicas with an open circuit breaker, and the openings.", "none",
         {"sources and outputs": gauge("breaker", "sum", ', pixelated_breaker="open"'),
          "quarantine": gauge("quarantine_breaker", "sum", ', pixelated_quarantine_breaker="open"'),
          "openings in a second": counter("breaker_openings")}),
        ("timeseries", "Damaged sources", "Sources that were pixelated although they are damaged.", "ops",
         {"{{kind}}": counter("pictures_damaged", "kind")}),
        ("timeseries", "Decoders that died", "Decoders that have died, by the error of their picture.", "ops",
         {"{{code}}": counter("decoder_deaths", "code")}),
        ("timeseries", "Lost log lines", "Lines that the reader of the log did not take in time.", "ops",
         {"{{instance}}": counter("log_lines_dropped", "instance")}),
    )),
    ("AWS and process", (
        ("timeseries", "Calls to AWS", "Calls to AWS by operation and outcome, after all attempts.", "ops",
         {"{{operation}}: {{outcome}}": counter("aws_calls", "operation", "outcome") + " > 0"}),
        ("timeseries", "Repeated calls", "Attempts after the first one of a call, and those that AWS throttled.", "ops",
         {"repeated: {{operation}}": counter("aws_retries", "operation") + " > 0",
          "throttled: {{operation}}": counter("aws_throttles", "operation") + " > 0"}),
        ("timeseries", "Duration of calls", "95 % of the calls are shorter; without the long polls of the queue.", "s",
         {"{{operation}}": "histogram_quantile(0.95, sum by (le, operation) (rate(pixelated_aws_call_seconds_bucket"
          f'{{{SELECTED}, operation!="ReceiveMessage"}}[{RATE}])))'}),
        ("timeseries", "Processor", "Processor time of the services in a second, without that of decoders.", "none",
         {"{{instance}}": f"rate(process_cpu_seconds_total{{{SELECTED}}}[{RATE}])"}),
        ("timeseries", "Memory", "Resident memory of the services, without decoders.", "bytes",
         {"{{instance}}": f"process_resident_memory_bytes{{{SELECTED}}}"}),
        ("timeseries", "Age", "Time since the start of the services.", "s",
         {"{{instance}}": f"time() - process_start_time_seconds{{{SELECTED}}}"}),
        ("timeseries", "File descriptors", "Open file descriptors of the services, and their limit.", "none",
         {"{{instance}}": f"process_open_fds{{{SELECTED}}}",
          "limit": f"min (process_max_fds{{{SELECTED}}})"}),
    )),
    ("Resources", (
        ("timeseries", "Memory of pictures", "Memory reserved for pictures in flight, and its limit.", "bytes",
         {"reserved": gauge("memory_reserved_bytes", "sum"), "limit": gauge("memory_limit_bytes", "sum")}),
        ("timeseries", "Decoders", "Decoders that are ready, and pictures that may be in work at once.", "none",
         {"ready": gauge("decoders_ready", "sum"), "workers": gauge("cpu_workers", "sum")}),
        ("timeseries", "Starts of decoders", "Decoders that became ready, and starts that failed.", "ops",
         {"ready": counter("decoder_starts"), "failed": counter("decoder_start_failures")}),
        ("timeseries", "Requests to AWS", "Requests without an answer, and those that wait for a connection.", "none",
         {"pending": gauge("http_requests_pending", "sum"), "waiting": gauge("http_requests_waiting", "sum")}),
        ("timeseries", "Oldest message in flight", "Time since the receive of the message in flight longest.", "s",
         {"{{instance}}": f"pixelated_oldest_lease_age_seconds{{{SELECTED}}}"}),
        ("timeseries", "Credentials", "Time until the credentials in use expire; no line for keys that never do.", "s",
         {"{{instance}}": f"pixelated_credentials_lifetime_seconds{{{SELECTED}}}"}),
    )),
)
# The grid of Grafana has 24 columns.
COLUMNS = 24
# The stat panels turn red at 1, except the first one, which is red at 0.
THRESHOLDS = {
    "Ready": (("red", None), ("green", 1)),
    "Circuit breakers open": (("green", None), ("red", 1)),
    "Quarantine closed off": (("green", None), ("red", 1)),
    "Behind": (("green", None), ("red", 900)),
    "Configurations": (("green", None), ("orange", 2)),
}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def panel(number, kind, title, description, unit, targets, place):
    """Returns a panel of Grafana's schema 36 (Grafana 9)."""
    steps = [{"color": color, "value": value} for color, value in THRESHOLDS.get(title, (("green", None),))]
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "none"} if kind == "stat" else {
        "legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    return {
        "id": number, "type": kind, "title": title, "description": description, "datasource": SOURCE, "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
                        "overrides": []},
        "options": options,
        "targets": [{"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
                    for index, (legend, expression) in enumerate(targets.items())],
    }


def variable(name, label, metric):
    """Returns a variable of the dashboard: the values of the label `name` of a metric."""
    query = f"label_values({metric}, {name})"
    return {"name": name, "label": label, "type": "query", "datasource": SOURCE, "query": query, "definition": query,
            "refresh": 2, "includeAll": True, "multi": True, "allValue": ".*",
            "current": {"text": "All", "value": "$__all"}, "sort": 1}


def dashboard():
    """Returns the text of dashboard.json."""
    panels, top, number = [], 0, 0
    for title, content in ROWS:
        number += 1
        panels.append({"id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1}})
        top += 1
        small = content[0][0] == "stat"
        width, height = (COLUMNS // 6, 4) if small else (COLUMNS // 3, 8)
        for index, (kind, name, description, unit, targets) in enumerate(content):
            number += 1
            row, column = divmod(index * width, COLUMNS)
            place = {"x": column, "y": top + row * height, "w": width, "h": height}
            panels.append(panel(number, kind, name, description, unit, targets, place))
        top += -(-len(content) * width // COLUMNS) * height
    return json.dumps({
        "title": "Pixelator", "uid": "pixelated", "description": "The service pixelated. Made by generate.py.",
        "tags": ["pixelated"], "schemaVersion": 36, "version": 1, "editable": True, "timezone": "", "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"}, "graphTooltip": 1, "links": [], "annotations": {"list": []},
        "templating": {"list": [
            {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}},
            variable("job", "Job", "pixelated_ready"),
            variable("instance", "Replica", 'pixelated_ready{job=~"$job"}'),
        ]},
        "panels": panels,
    }, indent=1) + "\n"


# MARK: The runbook

PREAMBLE = """\
# Runbook

This page has a section for each [alert](../monitoring/alerts.yaml) and for each event in the log of `pixelated`. It is
made by [`generate.py`](../monitoring/generate.py) from the alerts and from the
[event catalog](../../systemd/pixelated.catalog), whose texts `journalctl -x` shows as well.

The commands are for a service under systemd. With a journal of its own
([Journal of its own](operations.md#journal-of-its-own)) they need `--namespace=+pixelated`, and for the instance
`pixelated@NAME` they need its unit. In containers the log has one JSON object a line, in which the fields have the same
names in lower case: `kubectl logs -n pixelated POD | grep '"event":"breaker-opened"'`.

The other tools at night are `pixelated check`, which prints [each fault of the set-up and its
remedy](operations.md#check), [the twelve questions](operations.md#troubleshooting), and
[`pixelated dead-letters`](operations.md#quarantine).
"""


def events():
    """Returns name, subject and explanation of each event in the catalog."""
    with open(CATALOG, encoding="utf-8") as file:
        entries = re.split(r"^-- [0-9a-f]{32}$", file.read(), flags=re.M)[1:]
    found = []
    for entry in entries:
        head, _, text = entry.strip().partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.split("\n"))
        found.append((fields["Event"], fields["Subject"], text))
    return found


def marked(text):
    """Returns the text with the names of settings, fields and files as code, one paragraph a line."""
    name = r"(?<![`\w./=-])((?:[a-z]+\.)+[a-zA-Z]+[A-Z]?\w*|[A-Z]{2,}_[A-Z_]+=?\w*|pixelated_[a-z_]+)(?![\w`=])"
    return [re.sub(name, r"`\1`", " ".join(paragraph.split())) for paragraph in text.split("\n\n")]


def wrapped(text):
    return "\n".join(textwrap.wrap(text, 120, break_long_words=False, break_on_hyphens=False))


def indented(clause):
    """Returns a part of an expression in lines of at most 118 columns."""
    start = re.match(" *", clause)[0]
    return "\n".join(textwrap.wrap(
        clause.strip(), 118, initial_indent=start, subsequent_indent=start + "  ", break_long_words=False,
        break_on_hyphens=False))


def runbook():
    """Returns the text of runbook.md."""
    lines = [PREAMBLE, "## Alerts\n"]
    with open(ALERTS, encoding="utf-8") as file:
        rules = [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
    for rule in rules:
        notes = rule["annotations"]
        since = f" for {rule['for']}" if "for" in rule else ""
        lines.append(f"### {rule['alert']}\n")
        lines.append(wrapped(f"Severity `{rule['labels']['severity']}`, when this holds{since}:") + "\n")
        clauses = re.sub(r" (and|or) ", r"\n  \1 ", rule["expr"]).split("\n")
        lines.append("\n".join(("```text", *map(indented, clauses), "```\n")))
        lines += [wrapped(paragraph) + "\n" for paragraph in marked(notes["description"])]
        lines.append(f"```sh\n{notes['journal']}\n```\n")
        named = re.findall(r"EVENT=([a-z-]+)", notes["journal"])
        lines.append(wrapped("Events: " + ", ".join(f"[`{event}`](#{event})" for event in named) + ".") + "\n")
    lines.append("## Events\n")
    for event, subject, text in events():
        lines.append(f"### {event}\n\n{subject}.\n")
        lines += [wrapped(paragraph) + "\n" for paragraph in marked(text)]
        lines.append(f"```sh\njournalctl -u pixelated EVENT={event} -n 5\n```\n")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    for path, made in ((DASHBOARD, dashboard()), (RUNBOOK, runbook())):
        with open(path, "w", encoding="utf-8") as file:
            file.write(made)
