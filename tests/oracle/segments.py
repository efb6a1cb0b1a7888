# SPDX-License-Identifier: Apache-2.0
"""Attributes of a ticket, and the segments that they place a fact in (rule 2).

A segment is (tenant, number of the segmentation, values in the segmentation's order)."""

import itertools

SCALARS = ("channel", "queue", "team", "agent", "priority", "severity", "product", "product_line",
           "customer_tier", "region", "language", "brand")


def _set(into, name, value):
    if value == "":
        into.pop(name, None)
    elif value is not None:
        into[name] = value


def update(attrs, new, channels):
    """New values replace, "" and [] clear, absent and null leave."""
    for name in SCALARS:
        value = new.get(name)
        _set(attrs, name, channels.get(value, value) if name == "channel" else value)
    for name, value in (new.get("custom") or {}).items():
        _set(attrs["custom"], name, value)
    if new.get("issue_types") is not None:
        attrs["issue_types"] = tuple(sorted(set(new["issue_types"])))


def fill(attrs, new, channels):
    """A late TicketCreated: only what the ticket lacks."""
    lacking = {name: value for name, value in new.items() if name in SCALARS and name not in attrs}
    custom = new.get("custom") or {}
    lacking["custom"] = {name: value for name, value in custom.items() if name not in attrs["custom"]}
    if not attrs["issue_types"]:
        lacking["issue_types"] = new.get("issue_types")
    update(attrs, lacking, channels)


def escape(text):
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("=", "\\=")


def segment_id(segmentation, values):
    name, dims = segmentation
    parts = [escape(name)] + [escape(dim) + "=" + escape(value) for dim, value in zip(dims, values)]
    return "|".join(parts)


def segment_object(segmentation, values):
    """The JSON object of a segment: custom keys stand in a map of their own, as in the Avro record."""
    shown = {}
    for dim, value in zip(segmentation[1], values):
        if dim.startswith("custom."):
            shown.setdefault("custom", {})[dim[len("custom."):]] = value
        else:
            shown[dim] = value
    return shown


class Segmenter:
    """The segments of a ticket's attributes, in every configured segmentation."""

    def __init__(self, config):
        self.segmentations = config.segmentations
        self.scalars = sorted({d for _, dims in config.segmentations for d in dims
                               if d != "issue_type" and not d.startswith("custom.")})
        self.custom = sorted({d[len("custom."):] for _, dims in config.segmentations for d in dims
                              if d.startswith("custom.")})
        self.cache = {}

    def of(self, tenant, attrs, agent):
        """Segments of a fact; `agent` (None: the ticket's) is credited with it."""
        key = (tenant, attrs["issue_types"], agent, tuple(attrs.get(d, "") for d in self.scalars),
               tuple(attrs["custom"].get(d, "") for d in self.custom))
        found = self.cache.get(key)
        if found is None:
            found = self.cache[key] = tuple(self._compute(tenant, attrs, agent))
        return found

    def _compute(self, tenant, attrs, agent):
        for number, (_, dims) in enumerate(self.segmentations):
            choices = []
            for dim in dims:
                if dim == "issue_type":
                    choices.append(attrs["issue_types"] or ("",))
                elif dim.startswith("custom."):
                    choices.append((attrs["custom"].get(dim[len("custom."):], ""),))
                elif dim == "agent" and agent is not None:
                    choices.append((agent,))
                else:
                    choices.append((attrs.get(dim, ""),))
            for values in itertools.product(*choices):
                yield tenant, number, values
