"""A mass plan of last month that was carried out: the heads see what became of it."""

from .part import Part

BEGUN = 34  # working days ago


def calls(history):
    """:return: list of a Planned with each client of class B whose manager was there, all in one week"""
    book, past, company = history.book, history.days.past, history.company
    state = book.random.getstate()  # whatever comes later is drawn as without it
    scenario, planned = book["campaign"], []
    clients = [client for client in company.clients if client.client_class == "B"]
    for number, client in enumerate(clients):
        day = len(past) - BEGUN + number % 5
        manager = client.manager_on(day)
        if past[day] not in company.away.get(manager, ()):
            call = history._prepare(client, manager, scenario, client.partner, [past[day]])
            call.values.update(history._final_values(call, scenario, client.contacts[0][1]))
            planned.append(call)
    book.random.setstate(state)
    return planned


class Campaign(Part):
    """The calls are part of the history, which has told them; here is the plan that they came from."""

    def load(self):
        calls = self.company.campaign
        if not calls:
            return
        head = self.company.head
        first, last = min(planned.plan[0] for planned, _a in calls), max(p.plan[-1] for p, _a in calls)
        index = self.days.index_of(first)
        started = self.days.moment(self.days.past[index - 2], 75)
        plan = self.env(user=head.id, su=False)["sales.mass.plan"].create(
            {
                "summary": self.book["campaign"]["summary"],
                "activity_type_id": calls[0][1].activity_type_id.id,
                "scope": "domain",
                "client_domain": "[('client_class', '=', 'B')]",
                "date_from": first,
                "date_to": last,
            }
        )
        # sudo: the steps write this
        plan = plan.sudo()
        plan.line_ids.create(
            [
                {
                    "mass_plan_id": plan.id,
                    "client_id": planned.client.partner.id,
                    "user_id": planned.user.id,
                    "date": planned.plan[0],
                    "state": "done",
                    "activity_id": activity.id,
                    "is_told": True,
                }
                for planned, activity in calls
            ]
        )
        plan.write(
            {
                "state": "done",
                "run_user_id": head.id,
                "date_start": started,
                "date_end": started,
                "progress_done": len(calls),
                "progress_total": len(calls),
            }
        )
        self.company.backdate(plan, [started], [head])
