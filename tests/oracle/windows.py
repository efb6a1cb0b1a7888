# SPDX-License-Identifier: Apache-2.0
"""From facts to published records (ARCHITECTURE.md section 3, INTERFACES.md section 3).

Every (segment, window) is recomputed from its facts at each edge at which it can change: its close, the
first edge after the lateness class of each later fact, the early edges while it runs, and the last edge."""

import bisect
import collections
import operator

import metrics
import segments
from config import show_instant

EVERYTHING = float("inf")


class Backlog:
    """The level of one segment at any time, as known at any edge."""

    def __init__(self):
        self.prompt = []        # (t, delta) that no window ever misses
        self.classed = []       # (t, class, delta) of late changes
        self.sums = None

    def add(self, t, row_class, delta):
        if row_class:
            self.classed.append((t, row_class, delta))
        else:
            self.prompt.append((t, delta))

    def at(self, before, class_limit):
        """The level by the changes at t < before of classes < class_limit."""
        if self.sums is None:
            self.prompt.sort()
            self.sums = [0]
            for _, delta in self.prompt:
                self.sums.append(self.sums[-1] + delta)
        level = self.sums[bisect.bisect_left(self.prompt, (before, -2))]
        return level + sum(d for t, c, d in self.classed if t < before and c < class_limit)


class Ages:
    """What stands in the backlog of one segment at growing edges: instants rounded up to the pane."""

    def __init__(self, stays, at, pane):
        def instants(time):
            known = [(stay[time], -(-stay[at] // pane) * pane) for stay in stays
                     if stay[time] is not None and stay[at] is not None]
            return sorted(known, key=operator.itemgetter(0))
        self.coming, self.going = instants(1), instants(2)
        self.came = self.gone = 0
        self.standing = []

    def before(self, limit):
        """The sorted instants by the events of engine times < limit, which may not shrink."""
        while self.came < len(self.coming) and self.coming[self.came][0] < limit:
            bisect.insort(self.standing, self.coming[self.came][1])
            self.came += 1
        while self.gone < len(self.going) and self.going[self.gone][0] < limit:
            del self.standing[bisect.bisect_left(self.standing, self.going[self.gone][1])]
            self.gone += 1
        return self.standing


class Segment:
    """All that happened in one segment. A fact here is (t, t2, class, measures, sign)."""

    def __init__(self):
        self.facts = []
        self.stays = []
        self.backlog = Backlog()
        self.level_times = []   # (t, class)


class Parent:
    """The volume of a segment without its channel: (t, class, +1 or -1)."""

    def __init__(self):
        self.volume = []


class World:
    """Facts, level changes and stays, by segment."""

    def __init__(self, config, facts, levels, stays):
        self.config = config
        self.segments = collections.defaultdict(Segment)
        self.parents = collections.defaultdict(Parent)
        self.channel = [dims.index("channel") if "channel" in dims else None
                        for _, dims in config.segmentations]
        for t, t2, row_class, segs, measures, sign in facts:
            volume = [value for name, value in measures if name == "volume"]
            for key in segs:
                self.segments[key].facts.append((t, t2, row_class, measures, sign))
                parent = self.parent_key(key)
                if volume and parent:
                    self.parents[parent].volume.append((t, row_class, sign))
        for t, row_class, key, delta in levels:
            segment = self.segments[key]
            segment.backlog.add(t, row_class, delta)
            segment.level_times.append((t, row_class))
        for stay in stays:
            self.segments[stay[0]].stays.append(stay)

    def parent_key(self, key):
        tenant, number, values = key
        at = self.channel[number]
        return None if at is None else (tenant, number, values[:at] + values[at + 1:])


class Publisher:
    """The records of one kind of window up to the last edge."""

    def __init__(self, config, world, window, last_edge):
        self.config = config
        self.world = world
        self.window = window
        self.last_edge = last_edge
        self.parents = {}
        for key, parent in world.parents.items():
            spread = self.parents[key] = collections.defaultdict(list)
            for row in parent.volume:
                for held in window.holding(row[0]):
                    spread[held].append(row)

    # --- which windows, and when ---------------------------------------------------------------

    def _first_correctable(self, t, row_class):
        """The oldest window that a level change of this class still enters, from those that end after t."""
        end_after = max(t, row_class - self.window.lateness)
        return self.window.first_ending_after(end_after)

    def _spread(self, segment):
        """{window: its facts} for all windows in which something may be not 0."""
        found = collections.defaultdict(list)
        window = self.window
        for fact in segment.facts:
            t, t2, row_class = fact[:3]
            for held in window.holding(t):
                if t2 is not None and not held[0] <= t2 < held[1]:
                    continue
                if row_class < held[1] + window.lateness:
                    found[held].append(fact)
        for t, row_class in segment.level_times:
            for held in window.holding(t):
                found.setdefault(held, [])
            found.setdefault(self._first_correctable(t, row_class), [])
        return found

    def _edge_after(self, row_class):
        return min(row_class + self.config.pane, self.last_edge)

    def _edges(self, held, facts, segment, parent_rows):
        """The instants at which this window can be published."""
        start, end = held
        limit = end + self.window.lateness
        edges = {min(end, self.last_edge)}
        if self.window.early:
            edges.update(range(start + self.window.early, min(end, self.last_edge), self.window.early))
        late = [fact[2] for fact in facts] + [row[1] for row in parent_rows]
        late += [c for t, c, _ in segment.backlog.classed if t < end]
        edges.update(self._edge_after(c) for c in set(late) if end <= c < limit)
        return sorted(edge for edge in edges if edge <= self.last_edge)

    # --- one record ----------------------------------------------------------------------------

    def _measure(self, facts, upto, limit):
        counts = collections.Counter()
        durations, taken = {}, {}
        for t, t2, row_class, measures, sign in facts:
            if row_class >= limit or t >= upto or (t2 is not None and t2 >= upto):
                continue
            for name, value in measures:
                if name not in metrics.DURATIONS:
                    counts[name] += sign * value
                elif sign > 0:
                    durations.setdefault(name, []).append(value)
                else:
                    taken.setdefault(name, []).append(value)
        for name, values in taken.items():
            for value in values:
                durations[name].remove(value)
        return counts, durations

    def _record(self, segment, parent_rows, held, facts, edge):
        """(metrics, late, has something) of the window as it stands at the edge."""
        start, end = held
        seen = EVERYTHING if edge == self.last_edge else edge
        limit = min(seen, end + self.window.lateness)
        upto = min(end, edge)
        counts, durations = self._measure(facts, upto, limit)
        previous = self.window.previous(held)
        backlog = segment.backlog.at(upto, limit)
        before = segment.backlog.at(min(previous[1], edge), min(seen, previous[1] + self.window.lateness))
        parent = None
        if parent_rows is not None:
            parent = sum(sign for t, c, sign in parent_rows if t < upto and c < limit)
        late = counts.pop("late", 0)
        something = any(counts.values()) or any(durations.values()) or backlog != before
        return metrics.values(counts, durations, backlog, backlog - before, parent), late, something

    def _histograms(self, backlog, end):
        """Rule 9: of the tickets that the level of a closing record holds."""
        seen = EVERYTHING if end == self.last_edge else end
        limit = min(seen, end + self.window.lateness)
        shown = {name: metrics.histogram(ages.before(limit), end) for name, ages in self.ages.items()}
        assert sum(shown["backlog_age"][name] for name in metrics.BUCKETS) == backlog
        return shown

    def _envelope(self, key, held, edge, revision):
        tenant, number, values = key
        segmentation = self.config.segmentations[number]
        return {
            "tenant": tenant, "segmentation": segmentation[0],
            "segment": segments.segment_object(segmentation, values),
            "segment_id": segments.segment_id(segmentation, values),
            "window_name": self.window.name, "window_start": show_instant(held[0]),
            "window_end": show_instant(held[1]), "zone": self.window.zone, "revision": revision,
            "is_closed": held[1] <= edge,
            "corrections_until": show_instant(held[1] + self.window.lateness),
            "watermark": show_instant(edge),
        }

    def _publish_window(self, key, segment, held, facts, chosen):
        parent_key = self.world.parent_key(key)
        parent_rows = None
        if parent_key is not None:
            parent_rows = self.parents.get(parent_key, {}).get(held, [])
        last, revision, ages = None, 0, {}
        for edge in self._edges(held, facts, segment, parent_rows or ()):
            every, late, something = self._record(segment, parent_rows, held, facts, edge)
            shown = {name: value for name, value in every.items() if chosen(name)}
            end = held[1]
            always = edge == end or (edge == self.last_edge and end > edge)
            changed = something if last is None else shown != last or (always and something)
            if not changed:
                continue
            if edge == end:
                ages = self._histograms(every["backlog"]["value"], end)
            elif end > edge:
                ages = {}
            record = self._envelope(key, held, edge, revision)
            metrics_shown = {**shown, **{name: value for name, value in ages.items() if chosen(name)}}
            record.update(late=late, definition_version=1, metrics=metrics_shown)
            yield (edge, held[1], key[0].encode(), record["segment_id"].encode(), self.window.name), record
            last = shown
            revision += end <= edge

    def records(self):
        """(sort key, record) of every record, in no order."""
        names = self.config.metrics

        def chosen(name):
            return (names == "all" or name in names) and name not in self.config.without
        for key, segment in self.world.segments.items():
            self.ages = {"backlog_age": Ages(segment.stays, 3, self.config.pane),
                         "time_since_customer_message": Ages(segment.stays, 4, self.config.pane)}
            for held, facts in sorted(self._spread(segment).items(), key=operator.itemgetter(0)):
                if held[0] < self.last_edge:
                    yield from self._publish_window(key, segment, held, facts, chosen)


def publish(config, facts, levels, stays, last_edge):
    """All records in the order in which they are published."""
    world = World(config, facts, levels, stays)
    found = []
    for window in config.windows:
        found.extend(Publisher(config, world, window, last_edge).records())
    found.sort(key=lambda pair: pair[0])
    return [record for _, record in found]
