# SPDX-License-Identifier: Apache-2.0
"""From the measures of one record to its metrics (INTERFACES.md section 3).

One row per metric id: its kind and what it is made of. A metric that is not in the table is null."""

import bisect
import math

MICRO = 1_000_000
DAY = 86_400_000
Z = 1.96

DURATIONS = (
    "first_response_time", "response_time", "next_reply_time", "resolution_time",
    "first_resolution_time", "resolution_time_excluding_wait", "agent_work_time",
    "requester_wait_time", "first_response_time_any", "first_response_time_since_handoff",
    "first_response_time_since_reopen", "survey_delay",
)
COUNTS = {
    "ticket_volume": "volume", "solved_tickets": "solved", "solve_events": "solve_events",
    "closed_events": "closed_events", "reopens": "reopens", "escalations": "escalations",
    "solves_without_reply": "solves_without_reply",
}
RATES = {
    "reopen_rate": ("reopens", "solve_events"),
    "escalation_rate": ("first_escalations", "volume"),
    "resolution_rate": ("solved", "volume"),
    "qa_sample_rate": ("qa_n", "solved"),
    "sentiment_negative": ("sentiment_negative", "sentiment_n"),
    "pause_share": ("paused_ms", "unsolved_ms"),
}
SHARES = {
    "csat": ("csat_positive", "csat_n"),
    "ces_positive": ("ces_positive", "ces_n"),
}
MEANS = {
    "interactions_per_ticket": ("interactions", "solved", 1),
    "customer_messages_per_ticket": ("messages", "solved", 1),
    "handoffs_per_ticket": ("handoffs", "solved", 1),
    "ces": ("ces_sum", "ces_n", MICRO),
    "sentiment": ("sentiment_sum", "sentiment_n", MICRO),
    "sentiment_change": ("change_sum", "change_n", MICRO),
}
ANSWERS = ("csat_n", "ces_n", "nps_n")
OTHERS = {
    "nps": ("nps_n", "nps_promoters", "nps_detractors"),
    "qa_score": ("qa_points", "qa_possible"),
    "survey_response_rate": ("offers", *ANSWERS),
}
HISTOGRAMS = ("backlog_age", "time_since_customer_message")
BUCKETS = ("lt_1d", "d1_3", "d3_7", "d7_14", "d14_30", "ge_30d")
BOUNDS = (1, 3, 7, 14, 30)      # days


def measures_of():
    """{metric id: the measures that it is made of}."""
    made = {name: (name,) for name in DURATIONS}
    made.update((name, (measure,)) for name, measure in COUNTS.items())
    made.update({**RATES, **SHARES, **OTHERS})
    made.update((name, row[:2]) for name, row in MEANS.items())
    return made


def known():
    """The ids of all metrics that the oracle computes."""
    return {*measures_of(), *HISTOGRAMS, "backlog", "net_flow", "channel_mix"}


def unused(without):
    """The measures that no metric is made of, once the metrics `without` are left out."""
    made = measures_of()
    kept = {measure for name, row in made.items() if name not in without for measure in row}
    return {measure for row in made.values() for measure in row} - kept


def _ratio(numerator, denominator):
    return {"numerator": numerator, "denominator": denominator,
            "value": numerator / denominator if denominator else None}


def wilson(positive, n):
    """The bounds of the Wilson interval, (None, None) for an empty sample."""
    if n == 0:
        return None, None
    p = positive / n
    middle = p + Z * Z / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return (middle - half) / scale, (middle + half) / scale


def _share(positive, n):
    low, high = wilson(positive, n)
    return {**_ratio(positive, n), "low": low, "high": high, "low_sample": n < 30}


def nearest_rank(ordered, percent):
    return ordered[-(-percent * len(ordered) // 100) - 1]


def _duration(values):
    shown = {"count": len(values), "sum_ms": sum(values)}
    names = ("min_ms", "max_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms")
    if not values:
        return {**shown, **dict.fromkeys(names)}
    ordered = sorted(values)
    found = [ordered[0], ordered[-1]] + [nearest_rank(ordered, p) for p in (50, 90, 95, 99)]
    return {**shown, **dict(zip(names, found))}


def histogram(instants, end):
    """The ages at `end` of what stands since `instants` (ascending)."""
    n = len(instants)
    # How many are younger than each bound; an age of exactly the bound belongs to the older bucket.
    younger = [n - bisect.bisect_right(instants, end - days * DAY) for days in BOUNDS]
    shown = dict(zip(BUCKETS, (b - a for a, b in zip([0] + younger, younger + [n]))))
    ages = (end - instants[n - rank] for rank in (-(-50 * n // 100), -(-90 * n // 100), n)) if n else [None] * 3
    return {**shown, **dict(zip(("p50_ms", "p90_ms", "max_ms"), ages))}


def _mean(total, n, unit):
    total = total if unit == 1 else total / unit
    return {"sum": total, "n": n, "value": total / n if n else None}


def values(counts, durations, backlog, net_flow, parent_volume):
    """All metrics of a record. `counts` and `durations` map measures; `parent_volume` is the volume of the
    same segment without its channel, None where the segmentation has no channel."""
    def count(name):
        return counts.get(name, 0)

    shown = {name: {"value": count(measure)} for name, measure in COUNTS.items()}
    shown["backlog"] = {"value": backlog}
    shown["net_flow"] = {"value": net_flow}
    for name in DURATIONS:
        shown[name] = _duration(durations.get(name, ()))
    for name, (above, below) in RATES.items():
        shown[name] = _ratio(count(above), count(below))
    for name, (above, below) in SHARES.items():
        shown[name] = _share(count(above), count(below))
    for name, (above, below, unit) in MEANS.items():
        shown[name] = _mean(count(above), count(below), unit)
    n = count("nps_n")
    promoters, detractors = count("nps_promoters"), count("nps_detractors")
    shown["nps"] = {"promoters": promoters, "detractors": detractors, "n": n,
                    "value": 100 * (promoters - detractors) / n if n else None}
    points, possible = count("qa_points"), count("qa_possible")
    shown["qa_score"] = {"numerator": points / MICRO, "denominator": possible / MICRO,
                         "value": points / MICRO / (possible / MICRO) if possible else None}
    shown["survey_response_rate"] = _ratio(sum(map(count, ANSWERS)), count("offers"))
    if parent_volume is not None:
        shown["channel_mix"] = _ratio(count("volume"), parent_volume)
    return shown
