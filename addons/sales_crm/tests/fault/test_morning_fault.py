from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import SalesCrmCommon

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)


class MorningFaultCase(SalesCrmCommon):
    """The morning with data that can't be written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_client("Beta", cls.colleague)
        cls.managers = cls.manager | cls.colleague
        cls.clients = cls.client | cls.other

    # ------------------------------------------------------
    # Tools
    # ------------------------------------------------------

    def _cron(self, moment, faults=()):
        """The job with its commits and rollbacks.

        :param faults: names of the steps that somebody is set apart from
        """
        self.env.flush_all()
        with self.enter_registry_test_mode(), self._at(moment):
            if faults:
                with self.assertLogs("odoo.addons.sales_crm.models.fault.sales_morning", "ERROR") as logs:
                    self._trigger()
                for fault in faults:
                    self.assertTrue([line for line in logs.output if f"{fault}:" in line], logs.output)
            else:
                self._trigger()
        self.env.invalidate_all()

    def _trigger(self):
        with patch("odoo.sql_db._logger.error"):  # the poison's own error
            self.env.ref("sales_crm.ir_cron_morning").method_direct_trigger()

    @contextmanager
    def _poison(self, table, condition, event="INSERT"):
        """Whatever row fulfils ``condition`` can't be written, as if somebody's data were broken.

        :param SQL condition: with NEW, the row
        """
        self.env.flush_all()
        self.cr.execute(
            SQL(
                """
                CREATE FUNCTION sales_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF %(condition)s THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW;
                END $$;
                CREATE TRIGGER sales_poison BEFORE %(event)s ON %(table)s
                    FOR EACH ROW EXECUTE FUNCTION sales_poison()
                """,
                condition=condition,
                event=SQL(event),
                table=SQL.identifier(table),
            )
        )
        yield
        self.cr.execute("DROP FUNCTION sales_poison CASCADE")

    def _faults(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["sales.morning.fault"].search(domain)

    def _inbox(self, head):
        return self.env["mail.message"].search(
            [("partner_ids", "in", head.partner_id.ids), ("message_type", "=", "user_notification")]
        )

    def _plan_of(self, user, day=MONDAY):
        return self.env["sales.plan.line"].search([("user_id", "=", user.id), ("date", "=", day)])

    def _frozen(self, user, day=MONDAY):
        return bool(self.env["sales.plan.day"].search_count([("user_id", "=", user.id), ("date", "=", day)]))

    def _assert_set_apart(self, step, user):
        fault = self._faults(step=step)
        self.assertEqual(fault.user_id, user)
        self.assertIn("poisoned", fault.error)
        self.assertFalse(fault.date_mended)

    def _cadence(self, clients=None):
        Cadence = self.env["sales.cadence"].with_user(self.head)
        with self._at("2026-11-20 12:00"):
            cadences = Cadence.create(
                [
                    {
                        "name": client.name,
                        "summary": "Regular",
                        "client_ids": [(6, 0, client.ids)],
                        "interval_number": 5,
                        "is_spread": False,
                        "date_from": MONDAY,
                        "user_id": client.user_id.id,
                    }
                    for client in clients or self.clients
                ]
            )
            cadences.action_start()
        return cadences.sudo()

    def _regular(self, user):
        return self.env["mail.activity"].search_count(
            [("user_id", "=", user.id), ("cadence_id", "!=", False)]
        )

    def _promises(self, clients=None):
        with self._at("2026-11-18 12:00"):
            promises = self.env["sales.promise"].create(
                [
                    {
                        "client_id": client.id,
                        "company_id": self.company.id,
                        "user_id": client.user_id.id,
                        "amount": 100,
                        "date_made": date(2026, 11, 18),
                        "date_due": FRIDAY,
                    }
                    for client in clients or self.clients
                ]
            )
            self.env.flush_all()
        return promises


@tagged("post_install", "-at_install")
class TestMorningFault(MorningFaultCase):
    """One person's fault stops nobody else's morning."""

    # ------------------------------------------------------
    # The named cause
    # ------------------------------------------------------

    def test_carried_and_set_back_on_one_day(self):
        mine = self._plan(self.client, FRIDAY)
        his = self._plan(self.other, FRIDAY, self.colleague)
        self._cron("2026-11-23 09:00")
        mine.with_user(self.manager).date_deadline = FRIDAY
        later = self._plan(self.other, FRIDAY, self.colleague)
        self._cron("2026-11-23 09:10")
        for activity in mine | his | later:
            self.assertEqual((activity.date_deadline, activity.carry_count), (MONDAY, 1))
            log = self.env["sales.carry.log"].search([("activity_id", "=", activity.id)])
            self.assertEqual((log.date_from, log.date_to), (FRIDAY, MONDAY))
        self.assertFalse(self._faults())
        self._cron("2026-11-24 09:00")
        self.assertEqual(set((mine | his | later).mapped("carry_count")), {2})

    def test_set_back_again_and_again_is_told_once(self):
        self.company.sales_carry_escalation = 1
        mine = self._plan(self.client, FRIDAY)
        self._cron("2026-11-23 09:00")
        self.assertEqual(len(self._inbox(self.head)), 1)
        for minute in (10, 20, 30):
            mine.with_user(self.manager).date_deadline = FRIDAY
            self._cron(f"2026-11-23 09:{minute}")
            self.assertEqual((mine.date_deadline, mine.carry_count), (MONDAY, 1))
        self.assertEqual(len(self._inbox(self.head)), 1)

    # ------------------------------------------------------
    # Each step
    # ------------------------------------------------------

    def test_carry_over(self):
        mine = self._plan(self.client, FRIDAY)
        his = self._plan(self.other, FRIDAY, self.colleague)
        condition = SQL("NEW.user_id = %s AND NEW.carry_count > 0", self.manager.id)
        # as if more of his activities were broken than are set apart one by one
        too_many = patch.object(type(self.env["sales.morning"]), "_pieces_apart", 0)
        with too_many, self._poison("mail_activity", condition, "UPDATE"):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_carry_over"])
                self._assert_set_apart("_carry_over", self.manager)
                self.assertEqual((mine.date_deadline, mine.carry_count), (FRIDAY, 0))
                self.assertEqual((his.date_deadline, his.carry_count), (MONDAY, 1), "served, and once")
                self.assertEqual(self._plan_of(self.colleague).activity_id, his)
                self.assertFalse(self._frozen(self.manager), "not before the carry-over is complete")
        self.assertEqual(self._faults().times, 2)
        self._cron("2026-11-23 09:20")
        self.assertEqual((mine.date_deadline, mine.carry_count), (MONDAY, 1))
        self.assertEqual(self._plan_of(self.manager).activity_id, mine)
        self.assertEqual((his.date_deadline, his.carry_count), (MONDAY, 1))
        self.assertEqual(self._faults().date_mended, datetime(2026, 11, 23, 9, 20))

    def test_expire(self):
        kind = self.call.copy({"name": "Expires", "carry_policy": "expire"})
        mine = self._plan(self.client, FRIDAY, activity_type_id=kind.id)
        his = self._plan(self.other, FRIDAY, self.colleague, activity_type_id=kind.id)
        condition = SQL("NEW.user_id = %s AND NEW.active IS FALSE", self.manager.id)
        with self._poison("mail_activity", condition, "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
            self.assertTrue(mine.active)
            self.assertEqual(his.activity_state_final, "cancelled")
        self._cron("2026-11-23 09:10")
        self.assertEqual(mine.activity_state_final, "cancelled")
        self.assertEqual(his.datetime_done, datetime(2026, 11, 23, 9, 0))

    def test_many_managers(self):
        """However many are served together, it is one who is set apart."""
        users = [
            self.colleague.copy({"login": f"seller_{number}", "name": f"Seller {number}"})
            for number in range(7)
        ]
        activities = {user: self._plan(self._create_client(user.name, user), FRIDAY, user) for user in users}
        condition = SQL("NEW.user_id = ANY(%s) AND NEW.carry_count = 1", [users[2].id, users[6].id])
        with self._poison("mail_activity", condition, "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
        self.assertEqual([activities[user].carry_count for user in users], [1, 1, 0, 1, 1, 1, 0])
        self.assertEqual(self._faults().user_id, users[2] | users[6])

    def test_working_day(self):
        begun = type(self.env["res.users"])._sales_workdays_begun

        def broken(users, *args):
            if self.manager in users:
                raise ValueError("poisoned")
            return begun(users, *args)

        mine = self._plan(self.client, FRIDAY)
        his = self._plan(self.other, FRIDAY, self.colleague)
        with patch.object(type(self.env["res.users"]), "_sales_workdays_begun", broken):
            self._cron("2026-11-23 09:00", ["_workdays"])
        self._assert_set_apart("_workdays", self.manager)
        self.assertEqual((mine.carry_count, his.carry_count), (0, 1))
        self._cron("2026-11-23 09:10")
        self.assertEqual((mine.carry_count, his.carry_count), (1, 1))

    def test_regular_work(self):
        self._cadence()
        condition = SQL("NEW.user_id = %s AND NEW.cadence_id IS NOT NULL", self.manager.id)
        with self._poison("mail_activity", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_create_regular"])
                self._assert_set_apart("_create_regular", self.manager)
                self.assertEqual([self._regular(user) for user in self.managers], [0, 1])
                self.assertEqual([self._frozen(user) for user in self.managers], [True, True])
        self._cron("2026-11-23 09:20")
        self.assertEqual([self._regular(user) for user in self.managers], [1, 1])
        self.assertEqual(self._plan_of(self.manager).origin, "cadence")

    def test_regular_work_of_itself(self):
        """A cadence that can't be brought up to date: the others are."""
        cadences = self._cadence()
        cadences.write({"date_to": date(2026, 11, 23)})
        condition = SQL("NEW.id = %s AND NEW.state = 'ended'", cadences[0].id)
        with self._poison("sales_cadence", condition, "UPDATE"):
            self._cron("2026-11-24 09:00", ["_refresh_cadences_of"])
            self.assertEqual(cadences.mapped("state"), ["running", "ended"])
        self._assert_set_apart("_refresh_cadences_of", cadences[0].user_id or self.head)
        self._cron("2026-11-25 09:00")
        self.assertEqual(cadences.mapped("state"), ["ended", "ended"])

    def test_promises_past_their_day(self):
        promises = self._promises()
        condition = SQL("NEW.id = %s AND NEW.state = 'broken'", promises[0].id)
        with self._poison("sales_promise", condition, "UPDATE"):
            self._cron("2026-11-23 09:00", ["_close_promises_of"])
            self.assertEqual(promises.mapped("state"), ["open", "broken"])
        self._assert_set_apart("_close_promises_of", self.manager)
        self._cron("2026-11-23 09:10")
        self.assertEqual(promises.mapped("state"), ["broken", "broken"])

    def test_broken_promises(self):
        promises = self._promises()
        condition = SQL("NEW.user_id = %s AND NEW.priority = '1'", self.manager.id)
        with self._poison("mail_activity", condition):
            self._cron("2026-11-23 09:00", ["_chase_promises"])
            self.assertEqual(promises.mapped(lambda p: bool(p.chase_activity_id)), [False, True])
            self.assertTrue(self._frozen(self.manager), "the rest of his plan doesn't wait")
        self._assert_set_apart("_chase_promises", self.manager)
        chased = promises[1].chase_activity_id
        self._cron("2026-11-23 09:10")
        self.assertTrue(promises[0].chase_activity_id)
        self.assertEqual(promises[1].chase_activity_id, chased)
        self.assertTrue(self._faults().date_mended)

    def test_birthdays(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": f"Of {client.name}", "parent_id": client.id, "birthdate_date": "1980-11-24"}
                for client in self.clients
            ]
        )

        def planned():
            Activity = self.env["mail.activity"]
            return [Activity.search_count([("res_id", "=", contact.id)]) for contact in contacts]

        self.assertEqual(contacts.client_id, self.clients)
        kind = self.env.ref("sales_crm.mail_activity_type_birthday").id
        condition = SQL("NEW.user_id = %s AND NEW.activity_type_id = %s", self.manager.id, kind)
        with self._poison("mail_activity", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_plan_birthdays"])
                self.assertEqual(planned(), [0, 1])
        self._assert_set_apart("_plan_birthdays", self.manager)
        self._cron("2026-11-23 09:20")
        self.assertEqual(planned(), [1, 1])

    def test_freeze(self):
        for client in self.clients:
            self._plan(client, MONDAY, client.user_id)
        condition = SQL("NEW.user_id = %s", self.manager.id)
        with self._poison("sales_plan_line", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_freeze_plans"])
                self.assertEqual([self._frozen(user) for user in self.managers], [True, True])
                self.assertEqual([len(self._plan_of(user)) for user in self.managers], [0, 1])
        self._assert_set_apart("_freeze_plans", self.manager)
        self._cron("2026-11-23 09:20")
        self.assertEqual([len(self._plan_of(user)) for user in self.managers], [1, 1])

    def test_give_back(self):
        third = self.colleague.copy({"login": "third", "name": "Third"})
        clients = [self._create_client(f"Third {number}", third) for number in range(2)]
        strayed = [
            self._plan(client, MONDAY, user) for client, user in zip(clients, self.managers, strict=True)
        ]
        condition = SQL("OLD.user_id = %s AND NEW.user_id != OLD.user_id", self.manager.id)
        with self._poison("mail_activity", condition, "UPDATE"):
            self._cron("2026-11-23 09:00", ["_give_back_of"])
            self.assertEqual([activity.user_id for activity in strayed], [self.manager, third])
        self._assert_set_apart("_give_back_of", self.manager)
        self._cron("2026-11-23 09:10")
        self.assertEqual([activity.user_id for activity in strayed], [third, third])
        self.assertEqual(
            self.env["mail.message"].search_count([("partner_ids", "in", third.partner_id.ids)]), 2
        )

    def test_digest(self):
        for client in self.clients:
            self._plan(client, MONDAY, client.user_id)
            client.user_id.write({"sales_digest_mail": True, "email": f"{client.user_id.login}@example.com"})

        def mails():
            Mail = self.env["mail.mail"]
            return [Mail.search_count([("email_to", "ilike", user.email)]) for user in self.managers]

        condition = SQL("NEW.user_id = %s AND NEW.key LIKE 'mail:%%'", self.manager.id)
        with self._poison("sales_reminder", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_mail_digests"])
                self.assertEqual(mails(), [0, 1])
        self._assert_set_apart("_mail_digests", self.manager)
        self._cron("2026-11-23 09:20")
        self.assertEqual(mails(), [1, 1])

    # ------------------------------------------------------
    # The head
    # ------------------------------------------------------

    def test_head_is_told_once_a_day_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.head.lang = "ru_RU"
        self._plan(self.client, FRIDAY)
        with self._poison("mail_activity", SQL("NEW.user_id = %s", self.manager.id), "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
            self._cron("2026-11-23 09:10", ["_carry_over"])
            told = self._inbox(self.head)
            self.assertEqual(len(told), 1)
            self.assertIn("manager_a", told.body)
            self.assertIn("poisoned", told.body)
            self._cron("2026-11-24 09:00", ["_carry_over"])
            self.assertEqual(len(self._inbox(self.head)), 2, "the next day again")
        fault = self._faults()[:1].with_user(self.head)
        self.assertEqual(
            fault.step_label, self.env["sales.morning"].with_user(self.head)._step_labels()["_carry_over"]
        )
        self.assertFalse(self.env["sales.morning.fault"].with_user(self.manager).has_access("read"))

    def test_leader_who_is_no_head_is_not_told(self):
        self.team.user_id = self.colleague
        self._plan(self.client, FRIDAY)
        with self._poison("mail_activity", SQL("NEW.user_id = %s", self.manager.id), "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
        self.assertFalse(self._inbox(self.colleague))
        self.assertTrue(self._inbox(self.head))
