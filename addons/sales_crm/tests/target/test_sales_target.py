from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestTarget(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Target = cls.env["sales.target"]
        cls.mine, cls.other, cls.of_team, cls.of_company = Target.create(
            [
                {"month": "2026-06-01", "amount": 100, "user_id": cls.manager.id},
                {"month": "2026-06-01", "amount": 200, "user_id": cls.colleague.id},
                {"month": "2026-06-01", "amount": 300, "team_id": cls.team.id},
                {"month": "2026-06-01", "amount": 400},
            ]
        )
        cls.all = cls.mine | cls.other | cls.of_team | cls.of_company
        cls.elsewhere = cls.env["crm.team"].create({"name": "Elsewhere", "user_id": cls.head.id})
        cls.of_others = Target.create({"month": "2026-06-01", "amount": 500, "team_id": cls.elsewhere.id})
        cls.all |= cls.of_others

    def _seen(self, user):
        return self.env["sales.target"].with_user(user).search([("id", "in", self.all.ids)])

    def _another(self, **values):
        return {"month": "2026-07-01", "amount": 1, **values}

    # ------------------------------------------------------
    # Who
    # ------------------------------------------------------

    def test_a_manager_reads_his_own_his_teams_and_the_companys(self):
        self.assertEqual(self._seen(self.manager), self.mine | self.of_team | self.of_company)
        self.assertEqual(self._seen(self.colleague), self.other | self.of_team | self.of_company)
        with self.assertRaises(AccessError):
            self.other.with_user(self.manager).read(["amount"])

    def test_a_leader_reads_his_members(self):
        leader = new_test_user(self.env, "leader", "sales_crm.group_manager")
        self.team.user_id = leader
        self.assertEqual(self._seen(leader), self.all - self.of_others)
        self.team.crm_team_member_ids.filtered(lambda one: one.user_id == self.colleague).active = False
        expected = self.mine | self.of_team | self.of_company
        self.assertEqual(self._seen(leader), expected)
        self.assertEqual(self._seen(leader).with_context(active_test=False).search([]) & self.all, expected)

    def test_a_head_reads_and_writes_those_of_his_companies(self):
        self.assertEqual(self._seen(self.head), self.all)
        self.mine.with_user(self.head).write({"amount": 150, "visits": 3})
        created = self.env["sales.target"].with_user(self.head).create(self._another())
        with self.assertRaises(AccessError):
            created.unlink()  # and its trace with it
        company = self.env["res.company"].create({"name": "Not his"})
        foreign = self.env["sales.target"].create(self._another(company_id=company.id))
        with self.assertRaises(AccessError):
            foreign.with_user(self.head).read(["amount"])
        with self.assertRaises(AccessError):
            self.env["sales.target"].with_user(self.head).create(
                self._another(company_id=company.id, month="2026-08-01")
            )

    def test_nobody_else_writes(self):
        self.team.user_id = self.manager  # also not who leads a team
        controller = new_test_user(self.env, "controller", "sales_crm.group_credit_controller")
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        for user in (self.manager, controller, clerk):
            for call in (
                lambda Target: Target.browse(self.mine.id).write({"amount": 1}),
                lambda Target: Target.browse(self.mine.id).web_save({"amount": 1}, {"amount": {}}),
                lambda Target: Target.create(self._another()),
                lambda Target: Target.load(["month", "amount"], [["2026-07-01", "5"]]),
                lambda Target: Target.browse(self.mine.id).unlink(),
                lambda Target: Target.browse(self.mine.id).copy({"month": "2026-07-01"}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    found = call(self.env["sales.target"].with_user(user))
                    if isinstance(found, dict) and not found["ids"]:  # an import only says so
                        raise AccessError(found["messages"][0]["message"])
        for user in (controller, clerk):
            with self.assertRaises(AccessError):
                self.mine.with_user(user).read(["amount"])
            with self.assertRaises(AccessError):
                self.env["sales.target"].with_user(user)._progress("2026-06-01", "2026-06-30")

    # ------------------------------------------------------
    # What
    # ------------------------------------------------------

    def test_a_month_is_its_first_day(self):
        Target = self.env["sales.target"].with_user(self.head)
        target = Target.create(self._another(month="2026-07-23"))
        self.assertEqual(target.month, Date.to_date("2026-07-01"))
        target.month = "2026-08-31"
        self.assertEqual(target.month, Date.to_date("2026-08-01"))
        by_default = Target.with_context(default_month="2026-09-09").create({"amount": 5})
        self.assertEqual(by_default.month, Date.to_date("2026-09-01"))

    @contextmanager
    def _refused(self, words, constraint):
        """The server refuses; who asked by RPC reads a sentence with these words."""
        with self.assertRaises(IntegrityError) as raised, self.cr.savepoint():
            yield
            self.env.flush_all()
        self.assertIn(constraint, str(raised.exception))
        found = self.env.registry["sales.target"]._table_objects[raised.exception.diag.constraint_name]
        self.assertIn(words, found.get_error_message(self.env["sales.target"], raised.exception.diag))

    @mute_logger("odoo.sql_db")
    def test_one_for_each_month(self):
        for whose in ({"user_id": self.manager.id}, {"team_id": self.team.id}, {}):
            with self.subTest(whose=whose), self._refused("already", "_of_month_uniq"):
                self.env["sales.target"].create({"month": "2026-06-20", "amount": 1, **whose})

    @mute_logger("odoo.sql_db")
    def test_neither_less_than_nothing_nor_of_two(self):
        for values in ({"amount": -1}, {"new_clients": -1}, {"visits": -1}):
            with self.subTest(values=values), self._refused("negative", "_not_negative"):
                self.env["sales.target"].create(self._another(**values))
        with self._refused("Leave one of them empty", "_of_one"):
            self.env["sales.target"].create(self._another(user_id=self.manager.id, team_id=self.team.id))

    def test_who_works_in_the_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_crm.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.assertRaises(UserError):
            self.env["sales.target"].create(self._another(user_id=stranger.id))

    def test_who_changed_what_and_when(self):
        target = self.mine.with_env(self.env(user=self.head, context={}))
        self.flush_tracking()
        target.write({"amount": 150, "new_clients": 2, "month": "2031-05-01"})
        self.flush_tracking()
        message = target.sudo().message_ids.filtered("tracking_value_ids")
        self.assertEqual(message.author_id, self.head.partner_id)
        values = {one.field_id.name: one for one in message.sudo().tracking_value_ids}
        self.assertEqual(values["amount"].old_value_float, 100)
        self.assertEqual(values["amount"].new_value_float, 150)
        self.assertEqual(values["new_clients"].new_value_integer, 2)
        self.assertIn("month", values)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
