"""What was done with the clients of the example company, and what is to be done today."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from odoo.tools import plaintext2html

from .campaign import calls
from .part import Part

GAPS = {"A": (4, 9), "B": (8, 14), "C": (13, 21)}  # working days between two activities
RECENT = 130  # working days back in which all is told
CANCELLED = 0.06
DONE_LATE = 0.12
LEFT = (2, 1, 1, 0, 0, 0, 0, 0)  # undone yesterday: how often each was carried over before
URGENT = 6  # of a manager's activities of today, two of them left from yesterday
TYPES = {
    "call": "mail.mail_activity_data_call",
    "email": "mail.mail_activity_data_email",
    "meeting": "mail.mail_activity_data_meeting",
    "todo": "mail.mail_activity_data_todo",
    "visit": "sales_crm.mail_activity_type_visit",
}


@dataclass(eq=False)
class Planned:
    """An activity with the working days in whose plans it stood."""

    client: object
    user: object
    values: dict
    plan: list  # of dates, the first one it was planned for at the beginning
    created: object


class History(Part):
    """Creates activities with everything that they leave behind: messages, carry log, plans."""

    def __init__(self, company):
        super().__init__(company)
        self.types = {name: self.env.ref(xmlid) for name, xmlid in TYPES.items()}
        self.messages = []  # values, in any order

    def load(self):
        closed = [planned for c in self.company.clients for planned in self._closed_of(c)]
        campaign = calls(self)
        closed += campaign
        opened = [planned for m in self.company.managers for planned in self._open_of(m)]
        activities = self._create_activities(closed + opened)
        self._write_plans(closed + opened, activities)
        for planned, activity in zip(closed, activities[: len(closed)], strict=True):
            if activity.activity_state_final == "done":
                self._tell_done(planned, activity)
        of_plan = dict(zip(closed, activities, strict=False))
        self.company.campaign = [(planned, of_plan[planned]) for planned in campaign]
        for client in self.company.clients:
            self._tell_hand_over(client)
            self._tell_more(client)
        self._post_messages()
        self._forget_former_managers()

    # ------------------------------------------------------
    # Activities
    # ------------------------------------------------------

    def _prepare(self, client, user, scenario, document, plan):
        """:param list plan: dates in whose plans the activity stood, and its due date at the end
        :return: Planned
        """
        created = plan[0] - timedelta(days=self.book.random.randrange(1, 12))
        _contact, called = client.contacts[0]
        values = {
            "res_model_id": self.env["ir.model"]._get_id(document._name),
            "res_id": document.id,
            "activity_type_id": self.types[scenario["type"]].id,
            "summary": self.book.sentence(scenario["summary"], called),
            "user_id": user.id,
            "date_deadline": plan[-1],
            "carry_count": len(plan) - 1,
        }
        if scenario.get("note"):
            values["note"] = plaintext2html(self.book.sentence(scenario["note"], called))
        moment = self.days.moment(created, self.book.random.randrange(480))
        return Planned(client, user, values, plan, moment)

    def _create_activities(self, planned):
        activities = self.env["mail.activity"].create([p.values for p in planned])
        for entry, activity in zip(planned, activities, strict=True):
            if activity.carry_count:  # the ORM computes the first due date from the present one
                activity.date_planned = entry.plan[0]
        self.company.backdate(activities, [p.created for p in planned], [p.user for p in planned])
        return activities

    def _closed_of(self, client):
        """:return: generator of the client's closed activities, the oldest first"""
        scenarios = self.book.random.sample(self.book["history"], len(self.book["history"]))
        least, most = GAPS[client.client_class]
        day = self.book.random.randrange(most)
        while day < len(self.days.past):
            if self.days.past[day] in self.company.away.get(client.manager_on(day), ()):
                day += 1
                continue
            yield self._closed(client, scenarios.pop(), day)
            gap = self.book.random.randrange(least, most + 1)
            # Of what lies far back, only every second time is told
            day += gap if day >= len(self.days.past) - RECENT else 2 * gap
            scenarios = scenarios or self.book.random.sample(self.book["history"], len(self.book["history"]))

    def _closed(self, client, scenario, day):
        done = day
        if self.book.chance(DONE_LATE) and day + 1 < len(self.days.past):
            done = day + 1
        user = client.manager_on(done)
        if self.days.past[done] in self.company.away.get(user, ()):
            done = day
        if user != client.manager_on(day):
            done = day
            user = client.manager_on(day)
        contact, called = self.book.random.choice(client.contacts)
        document = contact if self.book.chance(0.1) else client.partner
        planned = self._prepare(client, user, scenario, document, self.days.past[day : done + 1])
        planned.values.update(self._final_values(planned, scenario, called))
        return planned

    def _final_values(self, planned, scenario, called):
        day = planned.plan[-1]
        values = {
            "active": False,
            "date_done": day,
            "datetime_done": self.days.moment(day, self.book.random.randrange(5, 520)),
            "done_user_id": planned.user.id,
            "activity_state_final": "done",
            "priority": "1" if self.book.chance(0.08) else "0",
        }
        if self.book.chance(CANCELLED):
            reason = self.book.choice("cancel_reasons")
            return {**values, "activity_state_final": "cancelled", "cancel_reason": reason}
        outcome, feedback = self.book.random.choice(scenario["feedback"])
        return {
            **values,
            "outcome_id": self.company.ref(f"sales_crm.outcome_{outcome}").id,
            "feedback": self.book.sentence(feedback, called),
        }

    # ------------------------------------------------------
    # Today
    # ------------------------------------------------------

    def _open_of(self, manager):
        """:return: two activities with each of the manager's clients, some left from yesterday"""
        clients = [client for client in self.company.clients if client.manager == manager]
        slots = [(client, second) for client in clients for second in (False, True)]
        left = self.book.random.sample(range(len(slots)), len(LEFT))
        others = [number for number in range(len(slots)) if number not in left]
        urgent = {*left[1:3], *self.book.random.sample(others, URGENT - 2)}
        carried = dict(zip(left, LEFT, strict=True))
        times = iter(self.book.random.sample(range(0, 510, 15), 18))
        planned, last = [], None
        for number, (client, second) in enumerate(slots):
            last = self._open(client, second, carried.get(number), last)
            last.values["priority"] = "1" if number in urgent else "0"
            if number not in carried and number % 3 == 0:
                moment = next(times, None)
                if moment is not None:
                    last.values["datetime_planned"] = self.days.moment(self.days.today, moment)
            planned.append(last)
        return planned

    def _open(self, client, second, carried, first):
        """:param carried: how often it was carried over till yesterday; None: it is for today
        :param first: the client's first activity, if this is the second
        """
        scenarios = [s for s in self.book["open"] if second or s["type"] == "call"]
        if second:
            summary = first.values["summary"]
            others = [s for s in scenarios if s["summary"] != summary and s["type"] != "call"]
            calls = [s for s in scenarios if s["summary"] != summary and s["type"] == "call"]
            scenarios = others if self.book.chance(0.75) else calls
        document = client.partner
        if second and client.deals and self.book.chance(0.5):
            document = client.deals[0]
        plan = [self.days.today] if carried is None else self.days.past[-carried - 1 :]
        scenario = self.book.random.choice(scenarios)
        return self._prepare(client, client.manager, scenario, document, plan)

    # ------------------------------------------------------
    # Traces of the mornings
    # ------------------------------------------------------

    def _write_plans(self, planned, activities):
        """Write what the morning runs would have written: frozen plans and the carry log."""
        lines, log, moments = [], [], []
        for entry, activity in zip(planned, activities, strict=True):
            common = {
                "activity_id": activity.id,
                "client_id": entry.client.partner.id,
                "user_id": entry.user.id,
                "activity_type_id": activity.activity_type_id.id,
                "summary": activity.summary,
            }
            plan = [day for day in entry.plan if day < self.days.today]
            for position, day in enumerate(plan):
                lines.append(
                    {
                        **common,
                        "date": day,
                        "priority": activity.priority,
                        "origin": "carried" if position else "planned",
                    }
                )
            for date_from, date_to in pairwise(plan):
                log.append({**common, "date_from": date_from, "date_to": date_to})
                moments.append(self.days.moment(date_to, 0))
        self.env["sales.plan.line"].create(lines)
        self.company.backdate(self.env["sales.carry.log"].create(log), moments)
        self.env["sales.plan.day"].create(
            [
                {"user_id": user, "date": day, "as_manager": True, "tz": self.book["tz"]}
                for user, day in sorted({(line["user_id"], line["date"]) for line in lines})
            ]
        )

    def _forget_former_managers(self):
        """Those who left don't follow the clients any more."""
        self.env["mail.followers"].search([("partner_id", "in", self.company.former.partner_id.ids)]).unlink()

    # ------------------------------------------------------
    # The chatter
    # ------------------------------------------------------

    def _tell(self, document, author, moment, body, message_type="comment", **values):
        subtype = self.company.ref(values.pop("subtype", "mail.mt_note"))
        self.messages.append(
            {
                "model": document._name,
                "res_id": document.id,
                "author_id": author.id,
                "email_from": author.email_formatted,
                "reply_to": author.email_formatted,
                "date": moment,
                "body": body,
                "message_type": message_type,
                "subtype_id": subtype.id,
                **values,
            }
        )

    def _tell_done(self, planned, activity):
        """What Odoo posts when an activity is marked as done."""
        body = self.env["ir.qweb"]._render(
            "mail.message_activity_done",
            {"activity": activity, "feedback": activity.feedback, "display_assignee": False},
            minimal_qcontext=True,
        )
        self._tell(
            self.env[activity.res_model].browse(activity.res_id),
            planned.user.partner_id,
            activity.datetime_done,
            body,
            "notification",
            subtype="mail.mt_activities",
            mail_activity_type_id=activity.activity_type_id.id,
        )

    def _tell_hand_over(self, client):
        if not client.former:
            return
        text = self.book["hand_over"].format(old=client.former.name, new=client.manager.name)
        moment = self.days.moment(self.days.past[client.handed_over], 30)
        head = self.company.head.partner_id
        self._tell(client.partner, head, moment, plaintext2html(text))

    def _tell_more(self, client):
        """Mails that the client wrote, and what the manager noted."""
        contact, called = client.contacts[0]
        for _n in range(self.book.random.randrange(3)):
            subject, text = self.book.choice("mails")
            body = plaintext2html(f"{self.book.sentence(text, called)}\n\n{contact.name}")
            moment = self._some_moment()[1]
            values = {"subject": subject, "subtype": "mail.mt_comment"}
            self._tell(client.partner, contact, moment, body, "email", **values)
        if self.book.chance(0.5):
            day, moment = self._some_moment()
            manager = client.manager_on(day).partner_id
            self._tell(client.partner, manager, moment, plaintext2html(self.book.choice("notes")))

    def _some_moment(self):
        """:return: a working day of the past, and a moment of it"""
        day = self.book.random.randrange(len(self.days.past))
        return day, self.days.moment(self.days.past[day], self.book.random.randrange(520))

    def _post_messages(self):
        """Create the messages in the order in which they were written: so the chatter shows them."""
        self.messages.sort(key=lambda values: values["date"])
        messages = self.env["mail.message"].create(self.messages)
        self.company.backdate(messages, [values["date"] for values in self.messages])
