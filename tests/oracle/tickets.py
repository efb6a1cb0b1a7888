# SPDX-License-Identifier: Apache-2.0
"""The life of each ticket: applications become a flat list of facts (METRICS.md 1.0.1).

A fact is (t, t2, class, segments, measures, sign): it counts in every window that holds t (and t2 where
that is not None) and that the class still reaches. A level change is (t, class, segment, +1 or -1).
A stay is (segment, from, to, created, last customer message): the engine times between which a segment's
backlog held a ticket that stood so.
Nothing is combined here: the windows are made from the whole list afterwards."""

import metrics
import segments
import surveys

UNSOLVED = {"new", "open", "pending", "hold"}
SOLVED = {"solved", "closed"}
CANCELS = {"TicketMerged", "TicketMarkedSpam", "TicketDeleted"}


class Ticket:
    """One ticket as it stands."""

    def __init__(self):
        self.created = None
        self.initiated_by = None
        self.status = "new"
        self.status_reached = False     # by a status change, not by the default or the creation
        self.last_step = None
        self.since = None               # start of the running stretch of `status`, once created
        self.spent = {}
        self.marks = {}
        self.cancelled = False
        self.volume = None              # (t, segments) of the volume fact
        self.attrs = {"custom": {}, "issue_types": ()}
        self.replies = 0
        self.customer_messages = 0
        self.handoffs = 0
        self.assigned = False
        self.escalated = False
        self.solved_before = False
        self.solve = None               # (t, segments, measures) of the last solve that counted
        self.start = None               # of first_response_time
        self.first_reply = None         # its instant
        self.first_fact = None          # (t, segments, measures), None where the reply made no fact
        self.cycle = None               # start of the open reply cycle
        self.last_cycle = None          # start of the last cycle, open or not
        self.last_reply = None
        self.last_solve = None
        self.last_customer = None
        self.any_replied = False
        self.handoff = None             # instant of the first BotHandedOff
        self.handoff_replied = False
        self.reopened = None            # instant of the last reopening
        self.offers = {}                # survey_id: the offers that count, oldest first
        self.scores = []                # (t, sentiment) in order of application
        self.answers = {}
        self.reviews = {}
        self.level = frozenset()        # the segments whose backlog holds the ticket
        self.level_moved = None
        self.stay = None                # (engine time, segments, created, last customer message)
        self.last_event = 0


def _not_before(t, mark):
    return mark is None or t >= mark


class Applier:
    """The tickets of one partition. Partitions share only the lists that they write to."""

    def __init__(self, config, facts, levels, stays):
        self.config = config
        self.segmenter = segments.Segmenter(config)
        self.facts = facts
        self.levels = levels
        self.stays = stays
        self.dropped = metrics.unused(config.without)
        self.tickets = {}

    # --- what goes out -------------------------------------------------------------------------

    def _class(self, latest, c):
        pane = self.config.pane
        return c // pane * pane if latest // pane * pane + pane <= c else 0

    def _fact(self, t, segs, measures, c, sign=1, t2=None):
        measures = tuple(one for one in measures if one[0] not in self.dropped)
        if not measures:
            return
        latest = t if t2 is None else max(t, t2)
        self.facts.append((t, t2, self._class(latest, c), segs, measures, sign))

    def _move_level(self, ticket, app, in_level):
        """Brings the backlog rows in line with the ticket."""
        now = frozenset()
        if in_level:
            now = frozenset(self.segmenter.of(app.event.tenant, ticket.attrs, None))
        if now == ticket.level:
            return
        t = app.event.t
        if app.late and ticket.level_moved is not None:
            t = max(t, ticket.level_moved)
        row_class = self._class(t, app.c)
        for segment in ticket.level - now:
            self.levels.append((t, row_class, segment, -1))
        for segment in now - ticket.level:
            self.levels.append((t, row_class, segment, +1))
        ticket.level = now
        ticket.level_moved = t

    def _stay(self, ticket, c):
        """Ends the running stay where something of it changed, and begins the next."""
        now = (ticket.level, ticket.created, ticket.last_customer) if ticket.level else None
        if now == (ticket.stay and ticket.stay[1:]):
            return
        if ticket.stay:
            self._end_stay(ticket, c)
        ticket.stay = now and (c, *now)

    def _end_stay(self, ticket, c):
        since, level, created, message = ticket.stay
        self.stays += [(segment, since, c, created, message) for segment in level]

    def finish(self):
        for ticket in self.tickets.values():
            if ticket.stay:
                self._end_stay(ticket, None)

    # --- one application -----------------------------------------------------------------------

    def _find(self, app):
        key = (app.event.tenant, app.event.ticket)
        ticket = self.tickets.get(key)
        retain = self.config.retain_solved
        if ticket and retain is not None and (ticket.cancelled or ticket.status in SOLVED):
            if app.c >= ticket.last_event + retain:
                ticket = None
        if ticket is None:
            ticket = self.tickets[key] = Ticket()
        return ticket

    def apply(self, app):
        event = app.event
        ticket = self._find(app)
        ticket.last_event = max(ticket.last_event, event.t)
        if event.type == "TicketCreated" and ticket.created is not None:
            return
        was_cancelled = ticket.cancelled
        self.measures = []              # of this event, at its own time
        self.solve_measures = None      # those that a later solve takes back
        self.agent = None
        assignment_is_newer = not app.late or _not_before(event.t, ticket.marks.get("assigned"))
        self._attributes(ticket, app, assignment_is_newer)
        handler = getattr(self, "_on_" + event.type, None)
        if event.type == "TicketAssigned":
            if assignment_is_newer:
                self._on_assignment(ticket, event)
        elif event.type in CANCELS or event.type == "TicketRestored":
            self._on_cancel(ticket, app)
        elif handler:
            handler(ticket, app)
        if not was_cancelled:
            self._emit(ticket, app)
        self._move_level(ticket, app, ticket.created is not None and not ticket.cancelled
                         and ticket.status in UNSOLVED)
        self._stay(ticket, app.c)

    def _emit(self, ticket, app):
        """The facts of the event itself, in the ticket's segments after the event's own attributes."""
        self.measures = [one for one in self.measures if one[0] not in self.dropped]
        if not self.measures and not self.solve_measures:
            return
        t = app.event.t
        segs = self.segmenter.of(app.event.tenant, ticket.attrs, self.agent)
        measures = list(self.measures)
        if app.late:
            measures.append(("late", 1))
        if measures:
            self._fact(t, segs, tuple(measures), app.c)
        if self.solve_measures:
            if ticket.solve:
                before, old_segs, old = ticket.solve
                self._fact(before, old_segs, old, app.c, sign=-1, t2=t)
            solve = tuple(self.solve_measures)
            self._fact(t, segs, solve, app.c)
            ticket.solve = (t, segs, solve)
        for name, value in measures:
            if name == "volume":
                ticket.volume = (t, segs)
            elif name == "first_response_time":
                ticket.first_fact = (t, segs, ((name, value),))

    # --- attributes ----------------------------------------------------------------------------

    def _attributes(self, ticket, app, assignment_is_newer):
        """attrs first, then the type's own fields (rule 2); late ones only where newer (rule 13)."""
        event = app.event
        moved = event.type == "TicketChannelMoved"
        newer = not app.late or _not_before(event.t, ticket.marks.get("attrs"))
        if event.attrs is not None:
            if event.type == "TicketCreated" and app.late:
                segments.fill(ticket.attrs, event.attrs, self.config.channels)
            elif newer:
                segments.update(ticket.attrs, event.attrs, self.config.channels)
        own = {}
        if moved and newer:
            own["channel"] = event.raw.get("to")
        if event.type == "TicketAssigned" and assignment_is_newer:
            own = {name: event.raw.get("to_" + name) for name in ("agent", "team", "queue")}
        if own:
            segments.update(ticket.attrs, own, self.config.channels)
        if event.attrs is not None or moved:
            ticket.marks["attrs"] = max(event.t, ticket.marks.get("attrs", 0))

    def _on_assignment(self, ticket, event):
        ticket.marks["assigned"] = event.t
        kind = event.raw.get("kind")
        if kind in ("transfer", "requeue") or (kind != "initial" and ticket.assigned):
            ticket.handoffs += 1
        ticket.assigned = True

    # --- creation, status, cancellation --------------------------------------------------------

    def _on_TicketCreated(self, ticket, app):
        t = app.event.t
        ticket.created = t
        ticket.initiated_by = app.event.raw.get("initiated_by") or "customer"
        if ticket.initiated_by != "agent":
            ticket.start = t
        ticket.since = t if ticket.last_step is None else max(t, ticket.last_step)
        self.measures.append(("volume", 1))
        if ticket.initiated_by == "customer":
            ticket.last_customer = max(t, ticket.last_customer or 0)
            if ticket.last_cycle != t:
                self._open_cycle(ticket, t)
        if ticket.status_reached:
            return
        status = app.event.raw.get("status") or "new"
        ticket.status = status if status in UNSOLVED | SOLVED else "new"
        ticket.marks["status"] = t
        ticket.last_step = t
        if ticket.status in SOLVED:
            self._solve(ticket, t)
        if ticket.status == "closed":
            self.measures.append(("closed_events", 1))

    def _on_TicketStatusChanged(self, ticket, app):
        t, to = app.event.t, app.event.raw["to"]
        if to not in UNSOLVED | SOLVED:
            return
        if app.late and not _not_before(t, ticket.marks.get("status")):
            return
        ticket.marks["status"] = t
        ticket.status_reached = True
        if to == ticket.status:
            return
        before = ticket.status
        if ticket.created is not None:
            if t > ticket.since:
                ticket.spent[before] = ticket.spent.get(before, 0) + t - ticket.since
            ticket.since = max(ticket.since, t)
        ticket.status = to
        ticket.last_step = t
        if to == "closed":
            self.measures.append(("closed_events", 1))
        if before in UNSOLVED and to in SOLVED:
            self._solve(ticket, t)
        elif before in SOLVED and to in UNSOLVED:
            self.measures.append(("reopens", 1))
            ticket.reopened = t

    def _solve(self, ticket, t):
        """Rules 4 and 5. What hangs on the last solve of a window is kept apart: it is taken back."""
        self.measures.append(("solve_events", 1))
        if ticket.replies == 0:
            self.measures.append(("solves_without_reply", 1))
        if len(ticket.scores) >= 2:
            first = min(ticket.scores, key=lambda one: one[0])[1]
            last = max(reversed(ticket.scores), key=lambda one: one[0])[1]
            self.measures += [("change_n", 1), ("change_sum", last - first)]
        last = [("solved", 1), ("interactions", ticket.replies),
                ("messages", ticket.customer_messages), ("handoffs", ticket.handoffs)]
        if ticket.created is not None:
            spent = ticket.spent
            total = t - ticket.created
            work = spent.get("new", 0) + spent.get("open", 0)
            durations = (("resolution_time", total),
                         ("resolution_time_excluding_wait", total - spent.get("pending", 0)),
                         ("agent_work_time", work),
                         ("requester_wait_time", work + spent.get("hold", 0)))
            last += [(name, value) for name, value in durations if value >= 0]
            paused = spent.get("pending", 0) + spent.get("hold", 0)
            last += [("paused_ms", paused), ("unsolved_ms", work + paused)]
            if not ticket.solved_before and total >= 0:
                self.measures.append(("first_resolution_time", total))
        self.solve_measures = last
        ticket.solved_before = True
        ticket.cycle = None
        ticket.last_solve = t if ticket.last_solve is None else max(t, ticket.last_solve)

    def _on_cancel(self, ticket, app):
        """Rules 3 and 11: the volume goes and comes back where it was counted."""
        t = app.event.t
        if app.late and not _not_before(t, ticket.marks.get("cancelled")):
            return
        ticket.marks["cancelled"] = t
        cancel = app.event.type != "TicketRestored"
        if cancel == ticket.cancelled:
            return
        ticket.cancelled = cancel
        if ticket.volume:
            at, segs = ticket.volume
            self._fact(at, segs, (("volume", 1),), app.c, sign=-1 if cancel else 1)

    # --- messages ------------------------------------------------------------------------------

    def _open_cycle(self, ticket, t):
        if ticket.cycle is None and _not_before(t, ticket.last_reply) and _not_before(t, ticket.last_solve):
            ticket.cycle = ticket.last_cycle = t

    def _on_MessagePosted(self, ticket, app):
        raw = app.event.raw
        if raw["visibility"] != "public" or raw.get("auto_response"):
            return
        if raw["author_kind"] == "customer":
            self._on_customer(ticket, app.event.t)
        elif raw["author_kind"] == "agent":
            actor = raw.get("actor") or {}
            if actor.get("kind") == "agent" and actor.get("id"):
                self.agent = actor["id"]
            self._on_any_reply(ticket, app.event.t)
            self._on_reply(ticket, app)
        elif raw["author_kind"] == "bot":
            self._on_any_reply(ticket, app.event.t)

    def _on_customer(self, ticket, t):
        ticket.customer_messages += 1
        ticket.last_customer = max(t, ticket.last_customer or 0)
        if ticket.created is not None and ticket.start is None and t >= ticket.created:
            ticket.start = t
        same_as_creation = ticket.initiated_by == "customer" and ticket.created == t == ticket.last_cycle
        if not same_as_creation:
            self._open_cycle(ticket, t)

    def _on_any_reply(self, ticket, t):
        """Rule 16: of a person or a bot."""
        if not ticket.any_replied and ticket.start is not None and t >= ticket.start:
            ticket.any_replied = True
            self.measures.append(("first_response_time_any", t - ticket.start))

    def _on_reply(self, ticket, app):
        """Rule 6, and for late replies rule 13."""
        t = app.event.t
        if ticket.handoff is not None and not ticket.handoff_replied and t >= ticket.handoff:
            ticket.handoff_replied = True
            self.measures.append(("first_response_time_since_handoff", t - ticket.handoff))
        if ticket.replies == 0 and ticket.reopened is not None and t >= ticket.reopened:
            self.measures.append(("first_response_time_since_reopen", t - ticket.reopened))
        ticket.replies += 1
        is_first = ticket.start is not None and t >= ticket.start and (
            ticket.first_reply is None or (app.late and t < ticket.first_reply))
        if is_first:
            if ticket.first_fact and not ticket.cancelled:
                at, segs, measures = ticket.first_fact
                self._fact(at, segs, measures, app.c, sign=-1)
            ticket.first_reply = t
            ticket.first_fact = None
            self.measures.append(("first_response_time", t - ticket.start))
        if ticket.cycle is not None and t >= ticket.cycle:
            self.measures.append(("response_time", t - ticket.cycle))
            if not is_first:
                self.measures.append(("next_reply_time", t - ticket.cycle))
            ticket.cycle = None
        ticket.last_reply = t if ticket.last_reply is None else max(t, ticket.last_reply)

    def _on_BotHandedOff(self, ticket, app):
        if ticket.handoff is None:
            ticket.handoff = app.event.t

    # --- escalations, surveys, reviews ---------------------------------------------------------

    def _on_TicketEscalated(self, ticket, _app):
        self.measures.append(("escalations", 1))
        if not ticket.escalated:
            self.measures.append(("first_escalations", 1))
        ticket.escalated = True

    def _replace(self, ticket, app, kept, keys, key, measures):
        """An answer or review takes the place of older ones, unless one of them is newer."""
        t = app.event.t
        if ticket.cancelled:
            return
        older = [one for one in keys if one in kept]
        if app.late and any(t < kept[one][0] for one in older):
            return
        for one in older:
            at, segs, old = kept.pop(one)
            self._fact(at, segs, old, app.c, sign=-1)
        self.measures += measures
        kept[key] = (t, self.segmenter.of(app.event.tenant, ticket.attrs, self.agent), tuple(measures))

    def _on_SurveyOffered(self, ticket, app):
        if ticket.cancelled:
            return
        t, measures = app.event.t, [("offers", 1)]
        if ticket.last_solve is not None and t >= ticket.last_solve:
            measures.append(("survey_delay", t - ticket.last_solve))
        self.measures += measures
        segs = self.segmenter.of(app.event.tenant, ticket.attrs, None)
        ticket.offers.setdefault(app.event.raw.get("survey_id") or "", []).append((t, segs, measures))

    def _on_SurveyBounced(self, ticket, app):
        offers = ticket.offers.get(app.event.raw.get("survey_id") or "")
        if offers and not ticket.cancelled:
            self._fact(*offers.pop(), app.c, sign=-1)

    def _on_SentimentScored(self, ticket, app):
        """Every score counts, also the second of a message."""
        score = app.event.raw.get("score")
        if score is None or not -1 <= score <= 1:
            return
        amount = surveys.micro(score)
        ticket.scores.append((app.event.t, amount))
        self.measures += [("sentiment_n", 1), ("sentiment_sum", amount), ("sentiment_negative", int(score < 0))]

    def _on_SurveyResponded(self, ticket, app):
        kind = app.event.raw["kind"]
        measures = surveys.measures(app.event.raw, self.config.surveys)
        if measures:
            self._replace(ticket, app, ticket.answers, (kind,), kind, measures)

    def _on_QaReviewCompleted(self, ticket, app):
        raw = app.event.raw
        self.agent = raw.get("agent") or None
        review, supersedes = raw.get("review_id") or "", raw.get("supersedes")
        keys = [review] if supersedes in (None, review) else [review, supersedes]
        self._replace(ticket, app, ticket.reviews, keys, review, surveys.review(raw))


def facts_of(config, partitions):
    """(facts, level changes, stays) of all partitions' applications."""
    facts, levels, stays = [], [], []
    for applications in partitions:
        applier = Applier(config, facts, levels, stays)
        for app in applications:
            applier.apply(app)
        applier.finish()
    return facts, levels, stays
