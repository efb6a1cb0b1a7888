# SPDX-License-Identifier: Apache-2.0
"""A seeded generator of event streams that visit the rules, not a model of a help desk.

    python3 streams.py --seed N --events N --tenants N --out DIR [--profile clean|disorder|late|wild]

writes DIR/events.jsonl (or events-0.jsonl, events-1.jsonl, ...), DIR/config.json and DIR/args.json (the
arguments of replay that belong to them). Each ticket walks through a life of its own; then every event gets a
delay, and the stream is sorted by arrival. `disorder` stays inside max_out_of_orderness; `late` goes beyond
it, and beyond allowed_lateness; `wild` adds bad lines; `clean` is in order."""

import argparse
import dataclasses
import datetime
import json
import os
import random

from arrival import partition_of

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
BASE = 1_772_438_400_000            # 2026-03-02T08:00:00Z
CHANNELS = ["email", "live chat", "phone", "social", "facebook", "web"]
STATUSES = ["new", "open", "pending", "hold", "solved", "closed"]
ISSUES = ["billing", "login", "ship|ping", "a=b", "\u00fcber", "back\\slash"]
AGENTS = ["ann", "bob", "cem"]
TEAMS = ["tier1", "tier2"]
SCORES = [-1, -0.75, -0.123456, -0.0000012, 0, 0.25, 0.3333333, 0.5, 1, 1.000001, -1.5, 40]
AGES = [0.5, 0.99, 1, 1.01, 2, 3, 5, 7, 10, 14, 20, 30, 45]         # days
EARLY = {"w5": [1, 2], "w10": [2, 5], "w15": [5, 10], "w1h": [10, 25], "w2h": [30], "hop": [5, 10],
         "day": [120, 420]}                                          # minutes
SEGMENTATIONS = {
    "all": [], "by_channel": ["channel"], "by_issue": ["issue_type"], "by_agent": ["agent"],
    "by_plan": ["custom.plan", "priority"], "by_team_channel": ["team", "channel"],
    "by_channel_issue": ["channel", "issue_type"], "by_queue_region": ["queue", "region"],
    "by_everything": ["agent", "team", "issue_type", "custom.plan"],
}
PROFILES = ("clean", "disorder", "late", "wild")


@dataclasses.dataclass
class Plan:
    """What one stream is like."""
    seed: int
    events: int
    tenants: int
    profile: str
    disorder: int
    span: int
    ties: int           # times are multiples of this
    extras: bool        # hopping windows, too
    aged: bool          # some tickets are days old when they go on


def make_plan(seed, events, tenants=None, profile=None, extras=False):
    rng = random.Random(f"plan {seed}")
    profile = profile or PROFILES[seed % len(PROFILES)]
    return Plan(seed, events, tenants or rng.choice([1, 1, 2, 3]), profile,
                disorder=rng.choice([0, 30, 90, 120, 300]) * SECOND,
                span=rng.choice([30, 90, 180]) * MINUTE, ties=rng.choice([1, 1, 500, 10_000, 60_000]),
                extras=extras, aged=rng.random() < 0.4)


def text(ms):
    return f"{ms // MINUTE}m" if ms % MINUTE == 0 else f"{ms}ms"


def make_config(plan):
    rng = random.Random(f"config {plan.seed}")
    pane = rng.choice([1, 1, 1, 5])
    names = rng.sample(sorted(SEGMENTATIONS), rng.randint(2, 5))
    pool = [("w5", {"every": "5m"}), ("w15", {"every": "15m"}), ("w1h", {"every": "1h"}),
            ("w2h", {"every": "2h", "offset": "30m"}), ("w10", {"every": "10m", "offset": "5m"}),
            ("day", {"calendar": "day", "zone": rng.choice(["Pacific/Chatham", "Pacific/Auckland"])})]
    if plan.extras:
        pool += [("hop", {"every": "10m", "length": "30m"})]
    windows = {}
    for name, spec in rng.sample(pool, rng.randint(2, 4)):
        windows[name] = {**spec, "allowed_lateness": rng.choice(["0m", "5m", "10m", "20m", "1h"])}
        if rng.random() < 0.25:
            windows[name]["emit_early_every"] = f"{max(pane, rng.choice(EARLY[name]) // pane * pane)}m"
    return {
        "application_id": "oracle",
        "input": {"topic": "support.ticket.events", "framing": "raw", "schemas": "schemas",
                  "max_out_of_orderness": text(plan.disorder), "source_delay": "1h", "max_future_skew": "1h",
                  "duplicates_within": rng.choice(["0s", "5m", "7m", "1h"])},
        "retain_solved": rng.choice(["always", "10m", "30m", "1h"]),
        "pane": f"{pane}m",
        "segmentations": {name: SEGMENTATIONS[name] for name in names},
        "windows": windows,
        "metrics": "all",
        "channels": {"live chat": "chat", "facebook": "social"},
        "limits": {"held_events": rng.choice([1_000_000, 1_000_000, 1_000_000, 20])},
    }


class Life:
    """One ticket: appends its events, in order of time, to a list."""

    def __init__(self, rng, plan, tenant, ticket, start):
        self.rng = rng
        self.plan = plan
        self.tenant = tenant
        self.ticket = ticket
        self.t = start
        self.status = "new"
        self.events = []
        self.sequences = rng.random() < 0.5
        self.reviews = 0

    def attrs(self, share=0.6):
        rng = self.rng
        found = {}
        for name, values in (("channel", CHANNELS), ("priority", ["low", "high"]), ("agent", AGENTS),
                             ("team", TEAMS), ("queue", ["q1", "q2"]), ("region", ["eu", "us"])):
            if rng.random() < share:
                found[name] = "" if rng.random() < 0.12 else rng.choice(values)
        if rng.random() < share:
            found["issue_types"] = rng.sample(ISSUES, rng.choice([0, 1, 1, 2, 3]))
        if rng.random() < share:
            found["custom"] = {"plan": rng.choice(["gold", "free", ""])}
        return found or {"priority": rng.choice(["low", "high"])}

    def post(self, type_name, **own):
        rng = self.rng
        number = len(self.events)
        event = {"event_type": type_name, "event_id": f"{rng.getrandbits(28):07x}-{self.ticket}-{number}",
                 "ticket_id": self.ticket, "occurred_at": self.t // self.plan.ties * self.plan.ties}
        if self.tenant:
            event["tenant"] = self.tenant
        if self.sequences and rng.random() < 0.9:
            event["source_sequence"] = number
        if type_name not in ("TicketCreated", "TicketAttributesChanged") and rng.random() < 0.06:
            event["attrs"] = self.attrs(0.2)
        event.update((name, value) for name, value in own.items() if value is not None)
        if rng.random() < 0.01:
            event["test"] = True
        self.events.append(event)

    def pause(self):
        rng = self.rng
        self.t += int(rng.choice([0, 1, 20, 90, 240, 900]) * SECOND * rng.random())

    def create(self):
        rng = self.rng
        status = rng.choice(["new"] * 8 + ["open", "pending", "solved", "closed"])
        by = rng.choice(["customer"] * 5 + ["agent", "agent", "system"])
        self.post("TicketCreated", status=None if status == "new" and rng.random() < 0.5 else status,
                  initiated_by=by, attrs=self.attrs() if rng.random() < 0.9 else None, customer_id="c1")
        self.status = status

    def message(self):
        rng = self.rng
        author = rng.choice(["customer"] * 5 + ["agent"] * 4 + ["bot", "bot", "system"])
        actor = None
        if author == "agent" and rng.random() < 0.6:
            actor = {"kind": rng.choice(["agent", "agent", "agent", "api"]), "id": rng.choice(AGENTS + ["dee"])}
        if author == "bot" and rng.random() < 0.5:
            actor = {"kind": rng.choice(["bot", "bot", "agent"]), "id": "robo"}
        self.post("MessagePosted", message_id=f"m{len(self.events)}", author_kind=author, actor=actor,
                  visibility="public" if rng.random() < 0.85 else "internal",
                  auto_response=True if rng.random() < 0.1 else None)

    def change_status(self):
        rng = self.rng
        to = rng.choice(STATUSES + ["open", "solved", "solved"])
        if rng.random() < 0.02:
            to = "frozen"
        before = self.status if rng.random() < 0.9 else rng.choice(STATUSES)
        self.post("TicketStatusChanged", to=to, **{"from": before})
        if to in STATUSES:
            self.status = to

    def assign(self):
        rng = self.rng
        kind = rng.choice([None, None, "initial", "transfer", "requeue"])
        self.post("TicketAssigned", kind=kind, to_agent=rng.choice(AGENTS + [None]),
                  to_team=rng.choice(TEAMS + [None]), to_queue=rng.choice(["q1", None]))

    def survey(self):
        rng = self.rng
        kind = rng.choice(["csat", "csat", "nps", "ces"])
        score = {"csat": rng.choice([1, 2, 3, 4, 5, 5, 0, 6]), "nps": rng.choice([0, 3, 6, 7, 8, 9, 10, 11]),
                 "ces": rng.choice([1, 3, 4.5, 5, 6, 7, 7.5])}[kind]
        scale = "0-1" if kind == "csat" and score in (0, 1) and rng.random() < 0.5 else None
        if rng.random() < 0.08:
            score = None
        self.post("SurveyResponded", survey_id=f"s{rng.randint(1, 3)}", kind=kind, score=score, scale=scale)

    def offer(self):
        rng = self.rng
        kind = rng.choice(["SurveyOffered"] * 3 + ["SurveyBounced"])
        self.post(kind, survey_id=rng.choice(["s1", "s2", "s3", "", None]), kind=rng.choice(["csat", "nps", "ces"]))

    def sentiment(self):
        rng = self.rng
        self.post("SentimentScored", message_id=f"m{rng.randint(0, 3)}", score=rng.choice(SCORES), model="m",
                  model_version=rng.choice(["1", "2"]))

    def review(self):
        rng = self.rng
        self.reviews += rng.random() < 0.6
        supersedes = f"r{rng.randint(1, 3)}" if rng.random() < 0.25 else None
        self.post("QaReviewCompleted", review_id=f"r{self.reviews}", agent=rng.choice(AGENTS + ["dee"]),
                  points=rng.choice([0, 3, 7.5, 8.25]), possible=rng.choice([10, 12.5]), supersedes=supersedes)

    def other(self):
        rng = self.rng
        kind = rng.choice(["BotHandedOff", "BotHandedOff", "TicketSplit", "FcrEligibilitySet", "TicketExploded",
                           "SlaPolicyApplied"])
        own = {"TicketSplit": {"from_ticket": "T-x"}, "FcrEligibilitySet": {"eligible": False},
               "SlaPolicyApplied": {"policy_id": "gold"}}
        self.post(kind, **own.get(kind, {}))

    def cancel(self):
        rng = self.rng
        kind = rng.choice(["TicketMerged", "TicketMarkedSpam", "TicketDeleted"])
        self.post(kind, into="T-survivor" if kind == "TicketMerged" else None)
        if rng.random() < 0.6:
            for _ in range(rng.randint(0, 2)):
                self.pause()
                rng.choice([self.message, self.change_status, self.survey])()
            self.pause()
            self.post("TicketRestored")

    def move(self):
        rng = self.rng
        if rng.random() < 0.3:
            self.post("TicketChannelMoved", to=rng.choice(CHANNELS), **{"from": "email"})
        else:
            self.post("TicketAttributesChanged", attrs=self.attrs(0.3))

    def be_born(self, age):
        """Created days ago, and perhaps written to."""
        rng = self.rng
        now, self.t = self.t, self.t // MINUTE * MINUTE - int(age * DAY)
        self.create()
        if rng.random() < 0.5:
            self.t += int((now - self.t) * rng.choice([0, 0.2, 0.9]))
            self.message()
        self.t = now

    def live(self, steps):
        rng = self.rng
        acts = ([self.message] * 9 + [self.change_status] * 6 + [self.assign] * 2 + [self.survey] * 2
                + [self.move] * 2 + [self.offer] * 2 + [self.review, self.cancel, self.other, self.sentiment, self.sentiment,
                                     lambda: self.post("TicketEscalated", kind="functional")])
        created = rng.choice([0] * 12 + [1, 2, 4, 1000])
        if self.plan.aged and rng.random() < 0.3:
            self.be_born(rng.choice(AGES))
            created = -1
        for step in range(steps):
            if step == created or (step > created and rng.random() < 0.01):
                self.create()
            else:
                rng.choice(acts)()
            self.pause()
            if rng.random() < 0.04:
                self.t += rng.choice([10, 30, 60]) * MINUTE
        return self.events


def bad_line(rng, number, t):
    """A line that must be refused, as bytes."""
    good = {"event_type": "MessagePosted", "event_id": f"bad-{number}", "ticket_id": f"T-{rng.randint(0, 9)}",
            "occurred_at": t, "message_id": "m", "author_kind": "agent", "visibility": "public"}
    status = {"event_type": "TicketStatusChanged", "from": "new"}
    survey = {"event_type": "SurveyResponded", "survey_id": "s", "score": 3}
    sentiment = {"event_type": "SentimentScored", "message_id": "m", "model": "m", "model_version": "1"}
    review = {"event_type": "QaReviewCompleted", "review_id": "r", "agent": "ann", "points": 1, "possible": 5}
    changes = [{"event_id": None}, {"ticket_id": None}, {"occurred_at": None}, {"occurred_at": "yesterday"},
               {"occurred_at": -1}, {"occurred_at": "1969-12-31T23:59:59.999Z"}, {"author_kind": None},
               {"author_kind": "ghost"}, {"visibility": None}, {"visibility": "secret"}, status, survey,
               {**survey, "kind": "thumbs"}, {**survey, "kind": "csat", "score": "five"},
               sentiment, {**sentiment, "score": "low"},
               {**review, "points": None}, {**review, "possible": None}, {**review, "possible": 0},
               {**review, "points": "all"}, {"event_type": "TicketMerged"}, {"ticket_id": 17},
               {"occurred_at": t + 3 * HOUR, "recorded_at": t}]
    kind = rng.randrange(len(changes) + 4)
    if kind < len(changes):
        return json.dumps({**good, **changes[kind]}).encode()
    line = json.dumps(good).encode()
    return [line[:-5], b"[1, 2]", b"not json", line.replace(b"agent", b"ag\xff\xfent")][kind - len(changes)]


def spell_time(rng, ms):
    """The same instant as a number or as RFC 3339 with an offset."""
    if rng.random() < 0.5:
        return ms
    shift = rng.choice([0, 0, 120, -330])
    when = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone(datetime.timedelta(minutes=shift)))
    fraction = rng.choice([f".{ms % 1000:03d}", f".{ms % 1000:03d}999"]) if ms % 1000 else ""
    return when.strftime("%Y-%m-%dT%H:%M:%S") + fraction + when.strftime("%z")[:3] + ":" + when.strftime("%z")[3:]


def delay(rng, plan):
    """How long after it happened an event arrives."""
    if plan.profile == "clean":
        return 0
    if plan.profile != "disorder" and rng.random() < 0.12:
        return plan.disorder + int(rng.choice([1, 60, 600, 3600, 7200]) * SECOND * rng.random())
    return rng.randrange(plan.disorder) if plan.disorder and rng.random() < 0.6 else 0


def make_events(plan):
    """[(arrival, line, ticket)] sorted by arrival."""
    rng = random.Random(f"events {plan.seed}")
    arrivals = []
    ticket = 0
    while len(arrivals) < plan.events:
        ticket += 1
        tenant = rng.choice(["", "acme", "b|co"][:plan.tenants])
        start = BASE + int(plan.span * rng.random())
        for event in Life(rng, plan, tenant, f"T-{ticket}", start).live(rng.choice([2, 6, 12, 25])):
            t = event["occurred_at"]
            event["occurred_at"] = spell_time(rng, t)
            line = json.dumps(event, ensure_ascii=rng.random() < 0.5).encode()
            copies = [delay(rng, plan)]
            if plan.profile != "clean" and rng.random() < 0.05:
                copies.append(delay(rng, plan) + rng.choice([0, 0, 60, 400, 4000]) * SECOND)
            for late_by in copies:
                arrivals.append((t + late_by, rng.random(), line, event["ticket_id"]))
            if plan.profile == "wild" and rng.random() < 0.04:
                arrivals.append((t, rng.random(), bad_line(rng, len(arrivals), t), event["ticket_id"]))
    arrivals.sort(key=lambda one: one[:2])
    return [(one[0], one[2], one[3]) for one in arrivals]


def write(plan, directory):
    """Writes the stream; returns the arguments of replay (inputs as names in the folder)."""
    rng = random.Random(f"files {plan.seed}")
    os.makedirs(directory, exist_ok=True)
    arrivals = make_events(plan)
    files = rng.choice([1, 1, 2, 3])
    names = ["events.jsonl"] if files == 1 else [f"events-{i}.jsonl" for i in range(files)]
    for number, name in enumerate(names):
        with open(os.path.join(directory, name), "wb") as file:
            for _, line, ticket in arrivals:
                if partition_of(ticket, files) == number:
                    file.write(line + b"\n")
    args = []
    if files == 1 and rng.random() < 0.3:
        args += ["--partitions", str(rng.choice([2, 4, 7]))]
    kind = rng.random()
    if kind < 0.25:
        args += ["--as-of", "end"]
    elif kind < 0.6:
        at = BASE + int(plan.span * rng.random() * 1.5)
        args += ["--as-of", str(rng.choice([at, at // (5 * MINUTE) * 5 * MINUTE, at // (5 * MINUTE) * 5 * MINUTE - 1]))]
    with open(os.path.join(directory, "config.json"), "w", encoding="utf-8") as file:
        json.dump(make_config(plan), file, indent=1)
    with open(os.path.join(directory, "args.json"), "w", encoding="utf-8") as file:
        json.dump({"inputs": names, "args": args}, file)
    return names, args


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--tenants", type=int)
    parser.add_argument("--profile", choices=PROFILES)
    parser.add_argument("--extras", action="store_true", help="hopping windows, too")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    write(make_plan(args.seed, args.events, args.tenants, args.profile, args.extras), args.out)


if __name__ == "__main__":
    main()
