# SPDX-License-Identifier: Apache-2.0
"""What a survey answer or a review counts (rule 12). Amounts with fractions are integers of 10^-6."""

MICRO = 1_000_000
SCALES = {"csat": {"1-5": (1, 5, 4), "0-1": (0, 1, 1)}, "ces": {"1-7": (1, 7, 5)}, "nps": {"0-10": (0, 10, 9)}}
DEFAULTS = {"csat": "1-5", "ces": "1-7", "nps": "0-10"}


def micro(amount):
    return round(amount * MICRO)


def measures(raw, configured):
    """The measures of an answer, or None where it has no score or is off the scale."""
    kind, score = raw["kind"], raw.get("score")
    scale = raw.get("scale") or (configured.get(kind) or {}).get("scale") or DEFAULTS[kind]
    if score is None or scale not in SCALES[kind]:
        return None
    low, high, positive = SCALES[kind][scale]
    if not low <= score <= high:
        return None
    if kind == "csat":
        return [("csat_n", 1), ("csat_positive", int(score >= positive))]
    if kind == "ces":
        return [("ces_n", 1), ("ces_positive", int(score >= positive)), ("ces_sum", micro(score))]
    return [("nps_n", 1), ("nps_promoters", int(score >= 9)), ("nps_detractors", int(score <= 6))]


def review(raw):
    return [("qa_n", 1), ("qa_points", micro(raw["points"])), ("qa_possible", micro(raw["possible"]))]
