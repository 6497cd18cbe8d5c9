from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user


class SalesCrmCommon(TransactionCase):
    """A sales department to test with: a head, two managers, a team and some clients.

    The company works Monday to Friday from 8 to 17 with a lunch break, in UTC; so do the managers,
    unless a test gives them another time zone or calendar.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env.user.tz = "UTC"
        cls.company = cls.env.company
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Five days", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.head = new_test_user(cls.env, "the_head", "sales_crm.group_head", tz="UTC", lang="en_US")
        cls.manager = new_test_user(cls.env, "manager_a", "sales_crm.group_manager", tz="UTC", lang="en_US")
        cls.colleague = new_test_user(cls.env, "manager_b", "sales_crm.group_manager", tz="UTC", lang="en_US")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Department",
                "user_id": cls.head.id,
                "member_ids": [Command.set((cls.manager | cls.colleague).ids)],
            }
        )
        cls.client = cls._create_client("Alpha", cls.manager)
        cls.call = cls.env.ref("mail.mail_activity_data_call")
        cls.outcome = cls.env.ref("sales_crm.outcome_agreed")
        cls.no_answer = cls.env.ref("sales_crm.outcome_no_answer")

    @classmethod
    def _create_client(cls, name, manager, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "is_client": True,
                "user_id": manager.id,
                **values,
            }
        )

    @classmethod
    def _let_see(cls, user, clients, **values):
        """An access rule that lets ``user`` see and change ``clients``."""
        return cls.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(user.ids)],
                "scope": "clients",
                "client_ids": [Command.set(clients.ids)],
                "perm_write": True,
                "reason": "Helps out",
                **values,
            }
        )

    @classmethod
    def _plan(cls, record, deadline, user=None, **values):
        """An activity on any document, planned by the administrator for ``user``."""
        return (
            cls.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                {
                    "res_model_id": cls.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "activity_type_id": values.pop("activity_type_id", cls.call.id),
                    "date_deadline": deadline,
                    "user_id": (user or cls.manager).id,
                    **values,
                }
            )
        )

    @contextmanager
    def _at(self, moment):
        """Run what is inside at ``moment``, a UTC time like ``2026-11-23 09:00``.

        ``freeze_time`` would stop the clock of PostgreSQL's client as well; what the code under
        test asks for is Odoo's clock.
        """
        now = datetime.strptime(moment, "%Y-%m-%d %H:%M")
        with (
            patch.object(fields.Datetime, "now", return_value=now),
            patch.object(fields.Date, "today", return_value=now.date()),
        ):
            yield

    def _run_morning(self, moment):
        """The cron's work at ``moment`` (UTC), without its commits."""
        morning = type(self.env["sales.morning"])
        with (
            self._at(moment),
            patch.object(morning, "_commit", return_value=float("inf")),
            # A fault fails the test: without commits nobody's can be set apart
            patch.object(morning, "_apart", lambda self, step, work, items: work(items)),
        ):
            self.env["sales.morning"]._run()
            self.env.flush_all()
