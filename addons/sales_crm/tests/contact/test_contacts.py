from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools.sql import make_index_name

from ...tools.birthday import birthday_keys, parse_birthday, same_birthday
from ...tools.channel import channel_format, channel_link, tel_link
from ...tools.client_state import ClientRow, ClientState
from ...tools.phone import search_runs
from ..common import SalesCrmCommon

TODAY = date(2026, 11, 23)


@tagged("post_install", "-at_install")
class TestContactTools(TransactionCase):
    def test_birthday(self):
        for text, day in {
            "25.04": date(1904, 4, 25),
            "5.4.": date(1904, 4, 5),
            "29.02": date(1904, 2, 29),
            "25 апреля": date(1904, 4, 25),
            "9 мая": date(1904, 5, 9),
            "9 марта": date(1904, 3, 9),
            "April 25": date(1904, 4, 25),
            "25.04.1980": date(1980, 4, 25),
            "1980-04-25 00:00:00": date(1980, 4, 25),
            "29.02.1980": date(1980, 2, 29),
        }.items():
            self.assertEqual(parse_birthday(text, TODAY), day, text)
        self.assertEqual(parse_birthday("04/25", TODAY, month_first=True), date(1904, 4, 25))
        self.assertEqual(parse_birthday("04/05/1980", TODAY, month_first=True), date(1980, 4, 5))
        for text in ("30.02", "29.02.1981", "25.13", "завтра", "25 дня", "24.11.2026", "", "25.04.1800"):
            with self.assertRaises(ValueError, msg=text):
                parse_birthday(text, TODAY)

    def test_29_february(self):
        self.assertEqual(birthday_keys(date(2026, 2, 28)), [228, 229])
        self.assertEqual(birthday_keys(date(2028, 2, 28)), [228])
        self.assertEqual(birthday_keys(date(2028, 2, 29)), [229])

    def test_same_birthday(self):
        self.assertTrue(same_birthday(date(1980, 4, 25), date(1904, 4, 25)), "the row knows less")
        self.assertFalse(same_birthday(date(1904, 4, 25), date(1980, 4, 25)), "the row knows the year")
        self.assertFalse(same_birthday(date(1980, 4, 25), date(1981, 4, 25)))
        self.assertFalse(same_birthday(date(1980, 4, 25), date(1904, 4, 26)))

    def test_import_keeps_the_year(self):
        contact = {"id": 1, "name": "Anna", "function": "", "phone": "", "email": ""}
        state = ClientState({"name": "Alpha"}, [{**contact, "birthdate_date": date(1980, 4, 25)}])
        row = ClientRow(values={}, contacts=[{"name": "Anna", "birthdate_date": date(1904, 4, 25)}])
        self.assertFalse(state.compare(row))
        row.contacts[0]["birthdate_date"] = date(1904, 4, 26)
        self.assertTrue(state.compare(row).contact_values)

    def test_channels(self):
        for kind, value, key, shown, link in (
            ("phone", "8 (495) 123-45-67", "74951234567", "+7 495 123-45-67", "tel:+74951234567"),
            ("phone", "+49 30 1234567", "49301234567", "+49 30 1234567", "tel:+49301234567"),
            ("phone", "спросить Анну", "", "спросить Анну", "tel:"),
            ("mail", "Anna@Example.com", "anna@example.com", "Anna@Example.com", "mailto:Anna@Example.com"),
            ("telegram", "https://t.me/Some_shop", "some_shop", "@Some_shop", "https://t.me/some_shop"),
            ("telegram", "8 916 111-22-33", "79161112233", "+7 916 111-22-33", "https://t.me/+79161112233"),
            ("whatsapp", "89161112233", "79161112233", "+7 916 111-22-33", "https://wa.me/79161112233"),
            (
                "whatsapp",
                "https://wa.me/79161112233",
                "79161112233",
                "+7 916 111-22-33",
                "https://wa.me/79161112233",
            ),
            (
                "viber",
                "+79161112233",
                "79161112233",
                "+7 916 111-22-33",
                "viber://chat?number=%2B79161112233",
            ),
            ("other", "javascript:alert(1)", "javascript:alert(1)", "javascript:alert(1)", ""),
            ("other", "https://max.ru/u/1", "https://max.ru/u/1", "https://max.ru/u/1", "https://max.ru/u/1"),
        ):
            self.assertEqual(channel_format(kind, value, "RU"), (key, shown))
            self.assertEqual(channel_link(kind, key, shown), link)
        with self.assertRaises(ValueError):
            channel_format("mail", "anna at example", "RU")
        self.assertEqual(tel_link("+7 495 123-45-67 ext. 12"), "tel:+74951234567,12")

    def test_search_runs(self):
        for text in (
            "8 (916) 111-22-33",
            "+7 916 111 2233",
            "9161112233",
            "89161112233",
            "89161112233 доб. 5",
        ):
            self.assertEqual(search_runs(text), ["9161112233"], text)
        self.assertEqual(search_runs("111-22-33"), ["1112233"])
        self.assertEqual(search_runs("022-31-99"), ["0223199"])
        self.assertEqual(search_runs("8 (495) 022"), ["495022"])
        self.assertEqual(search_runs("8 029 123-45-67"), ["291234567"])
        for text in ("Alpha", "1234", "ООО 7-77777", "a@b.example"):
            self.assertEqual(search_runs(text), [])


@tagged("post_install", "-at_install")
class TestContacts(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.country_id = cls.env.ref("base.ru")
        cls.anna = cls.env["res.partner"].create({"name": "Anna", "parent_id": cls.client.id})
        cls.hidden = cls._create_client("Beta", cls.colleague, country_id=cls.env.ref("base.ru").id)
        cls.boris = cls.env["res.partner"].create(
            {
                "name": "Boris",
                "parent_id": cls.hidden.id,
                "phone": "+7 495 777-66-55",
                "email": "b@beta.example",
            }
        )
        cls._channel(cls.boris, "phone", "8 916 222-33-44")

    @classmethod
    def _channel(cls, partner, kind, value, user=None, **values):
        Channel = cls.env["sales.contact.channel"].with_user(user or cls.env.user)
        return Channel.create({"partner_id": partner.id, "kind": kind, "value": value, **values})

    def test_typed_in_the_card(self):
        card = Form(self.client.with_user(self.manager), view="sales_crm.res_partner_view_form_client")
        with card.child_ids.new() as contact:
            contact.name = "Vera"
            contact.birthday = "25.04"
            contact.do_not_call = True
            with contact.contact_channel_ids.new() as channel:
                channel.value = "8 (916) 111-22-33"
            with contact.contact_channel_ids.new() as channel:
                channel.kind = "telegram"
                channel.value = "@vera"
        with card.contact_channel_ids.new() as channel:
            channel.kind = "mail"
            channel.value = "Orders@alpha.example"
        client = card.save()
        vera = client.child_ids.filtered(lambda contact: contact.name == "Vera")
        self.assertEqual(vera.contact_channel_ids.mapped("value_key"), ["79161112233", "vera"])
        self.assertEqual(vera.contact_channel_ids[0].value, "+7 916 111-22-33")
        self.assertEqual((vera.birthdate_date, vera.birthday), (date(1904, 4, 25), "04/25"))
        self.assertEqual(vera.call_refused, "Do not call")
        self.assertEqual(client.contact_channel_ids.value_key, "orders@alpha.example")
        self.assertEqual([c["link"] for c in vera.channel_summary], ["tel:+79161112233", "https://t.me/vera"])

    def test_a_mail_that_is_none(self):
        with self.assertRaises(ValidationError):
            self._channel(self.anna, "mail", "anna at alpha")

    def test_guarded_by_the_client(self):
        channel = self.boris.contact_channel_ids
        Channel = self.env["sales.contact.channel"].with_user(self.manager)
        self.assertFalse(Channel.search([("partner_id", "in", (self.boris | self.hidden).ids)]))
        with self.assertRaises(AccessError):
            channel.with_user(self.manager).read(["value"])
        with self.assertRaises(AccessError):
            self._channel(self.boris, "phone", "1", self.manager)
        with self.assertRaises(AccessError):
            channel.with_user(self.manager).write({"partner_id": self.anna.id})
        mine = self._channel(self.anna, "phone", "8 916 111-22-33", self.manager)
        with self.assertRaises(AccessError):
            mine.write({"partner_id": self.boris.id})
        with self.assertRaises(AccessError):
            mine.with_user(self.colleague).unlink()
        self._let_see(self.manager, self.hidden, perm_write=False)
        self.assertEqual(channel.with_user(self.manager).value, "+7 916 222-33-44")
        with self.assertRaises(AccessError):
            channel.with_user(self.manager).value = "1"

    def test_any_of_them_finds_the_client(self):
        self.anna.write({"phone": "+7 495 123-45-67", "email": "Anna@alpha.example"})
        self._channel(self.anna, "whatsapp", "8 916 111-22-33")
        self._channel(self.client, "telegram", "@alpha_shop")
        Partner = self.env["res.partner"].with_user(self.manager)
        for text in (
            "8 (916) 111-22-33", "111-22-33", "+79161112233", "8 495 1234567", "@alpha_shop", "alpha_sh",
            "anna@ALPHA", "anna@alpha.example",
        ):  # fmt: skip
            found = Partner.search([("contact_search", "ilike", text), ("is_client", "=", True)])
            self.assertEqual(found, self.client, text)
        for text in ("8 (916) 111-22-33", "anna@alpha.example"):
            names = Partner.name_search(text, [("is_client", "=", True)])
            self.assertEqual([id_ for id_, _name in names], self.client.ids, text)
        for text in ("9162223344", "+7 495 777-66-55", "b@beta.example"):
            self.assertFalse(Partner.search([("contact_search", "ilike", text)]), "another manager's")
            self.assertEqual(
                Partner.with_user(self.colleague).search([("contact_search", "ilike", text)]),
                self.boris | self.hidden,
            )
        for text in ("Ромашка %", "1", "_", "%", "' OR 1=1"):
            self.assertFalse(Partner.search([("contact_search", "ilike", text)]), text)

    def test_search_goes_by_the_index(self):
        """The partners' own columns are too few here for an index; those of the channels are made many."""
        self.env["sales.contact.channel"].flush_model()
        self.env.cr.execute(
            """
            INSERT INTO sales_contact_channel (partner_id, kind, value, value_key, sequence)
            SELECT %s, 'phone', n::varchar, (79000000000 + n * 977)::varchar, 10
              FROM generate_series(1, 20000) n
            """,
            [self.client.id],
        )
        self.env.cr.execute("ANALYZE sales_contact_channel")
        # What this and other tests have left to be sorted into the index later would count against it
        index = make_index_name("sales_contact_channel", "search_key")
        self.env.cr.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        for text in ("9-00-11-22", "anna@alpha"):
            sql = self.env["res.partner"]._contact_search_sql(text)
            rows = self.env.execute_query(type(sql)("EXPLAIN %s", sql))
            self.assertIn(index, "\n".join(line for (line,) in rows))

    def test_merge(self):
        twin = self._create_client("Alfa", self.manager, country_id=self.env.ref("base.ru").id)
        self.client.write({"phone": "+7 495 123-45-67", "do_not_call": False})
        twin.write({"phone": "+7 495 765-43-21", "do_not_call": True, "do_not_call_reason": "Letters only"})
        self._channel(self.client, "phone", "8 916 111-22-33")
        self._channel(twin, "phone", "+7 916 111 22 33", note="mobile")
        self._channel(twin, "telegram", "@alfa")
        self.env.flush_all()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.client | twin).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual(
            sorted(self.client.contact_channel_ids.mapped("value")),
            ["+7 495 765-43-21", "+7 916 111-22-33", "@alfa"],
        )
        kept = self.client.contact_channel_ids.filtered(lambda c: c.value_key == "79161112233")
        self.assertEqual(kept.note, "mobile")
        self.assertEqual(self.client.phone, "+7 495 123-45-67")
        self.assertEqual(self.client.call_refused, "Letters only")

    # ------------------------------------------------------
    # Birthday
    # ------------------------------------------------------

    def test_birthday_field(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        russian = self.anna.with_context(lang="ru_RU")
        russian.birthday = "29.02"
        self.assertEqual((self.anna.birthdate_date, russian.birthday), (date(1904, 2, 29), "29.02"))
        self.anna.birthdate_date = date(1980, 4, 25)
        self.assertEqual(russian.birthday, "25.04.1980")
        self.assertEqual(self.anna.birthday, "04/25/1980")
        self.anna.birthday = False
        self.assertFalse(self.anna.birthdate_date)
        with self.assertRaisesRegex(ValidationError, "no birthday"):
            self.anna.birthday = "30.02"

    # ------------------------------------------------------
    # Do not call
    # ------------------------------------------------------

    def test_whoever_plans_a_call_is_told(self):
        self.client.write({"do_not_call": True, "do_not_call_reason": "Letters only"})
        self.assertEqual(self.anna.call_refused, "Letters only", "his company does not want it")
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.anna.id})
        todo = self.env.ref("mail.mail_activity_data_todo")
        for record in (self.client, self.anna, deal):
            self.assertEqual(self._plan(record, TODAY).with_user(self.manager).call_refused, "Letters only")
            self.assertFalse(self._plan(record, TODAY, activity_type_id=todo.id).call_refused)
        schedule = self.env["mail.activity.schedule"].with_user(self.manager)
        schedule = schedule.with_context(active_model="res.partner", active_ids=self.anna.ids)
        wizard = Form(schedule)
        wizard.activity_type_id = self.call
        self.assertEqual(wizard.call_refused, "Letters only")
        wizard.activity_type_id = todo
        self.assertFalse(wizard.call_refused)

    def test_my_day_gives_no_number_to_call(self):
        self.client.phone = "+7 495 123-45-67"
        today = self.company._sales_today()
        calls = {partner: self._plan(partner, today) for partner in (self.client, self.anna)}
        self.anna.do_not_call = True

        def rows():
            day = self.env["sales.my.day"].with_user(self.manager).get_day()
            return {row["id"]: row["call_refused"] for row in day["rows"]}

        self.assertEqual(rows(), {calls[self.client].id: "", calls[self.anna].id: "Do not call"})
        self.client.do_not_call = True
        self.assertTrue(all(rows().values()))


@tagged("post_install", "-at_install")
class TestBirthdays(SalesCrmCommon):
    """Monday 23 to Friday 27 November 2026 are working days, three of them ahead."""

    def _born(self, day, client=None, **values):
        return self.env["res.partner"].create(
            {"name": f"Born {day}", "parent_id": (client or self.client).id, "birthdate_date": day, **values}
        )

    def _activities(self, contacts):
        kind = self.env.ref("sales_crm.mail_activity_type_birthday")
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("activity_type_id", "=", kind.id), ("res_id", "in", contacts.ids)])
        )

    def test_three_working_days_ahead(self):
        today = self._born("1980-11-23")
        last = self._born("1904-11-26")
        later = self._born("1980-11-27")
        past = self._born("1980-11-22")
        self._run_morning("2026-11-23 09:00")
        self.assertFalse(self._activities(later | past))
        planned = self._activities(today | last)
        self.assertEqual(len(planned), 2)
        self.assertEqual(set(planned.mapped("date_deadline")), {TODAY})
        self.assertEqual((planned.user_id, planned.client_id), (self.manager, self.client))
        self.assertIn("46 years", planned.filtered(lambda a: a.res_id == today.id).summary)
        self.assertNotIn("years", planned.filtered(lambda a: a.res_id == last.id).summary)
        lines = self.env["sales.plan.line"].search([("activity_id", "in", planned.ids)])
        self.assertEqual(lines.activity_id, planned, "it is in the day's frozen plan")

    def test_over_the_weekend_and_a_leave(self):
        sunday, tuesday = self._born("1980-11-29"), self._born("1980-12-01")
        self._run_morning("2026-11-25 09:00")
        self.assertEqual(len(self._activities(sunday)), 1)
        self.assertFalse(self._activities(tuesday), "Thursday, Friday, Monday come before")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holidays",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-30 00:00:00",
                "date_to": "2026-12-06 23:59:59",
                "time_type": "leave",
            }
        )
        self._run_morning("2026-11-26 09:00")
        self.assertEqual(len(self._activities(tuesday)), 1, "before the holidays, not in them")

    def test_once_a_year(self):
        contact = self._born("1980-11-25")
        for day in ("2026-11-23", "2026-11-24", "2026-11-25"):
            self._run_morning(f"{day} 09:00")
        first = self._activities(contact)
        self.assertEqual(len(first), 1)
        first.action_cancel_with_reason("Known")
        self._run_morning("2026-11-25 10:00")
        self.assertEqual(self._activities(contact), first)
        self._run_morning("2027-11-24 09:00")
        self.assertEqual(len(self._activities(contact)), 2)

    def test_new_year(self):
        contact = self._born("1980-01-02")
        self._run_morning("2026-12-31 09:00")
        self.assertEqual(len(self._activities(contact)), 1)
        self._run_morning("2027-01-01 09:00")
        self.assertEqual(len(self._activities(contact)), 1)

    def test_29_february(self):
        contact, known = self._born("1904-02-29"), self._born("1980-02-29")
        self._run_morning("2027-02-26 09:00")
        self.assertEqual(len(self._activities(contact | known)), 2, "kept on the 28th")
        self._run_morning("2028-02-28 09:00")
        self.assertEqual(len(self._activities(contact | known)), 4)
        self.assertIn(
            "02/29/2028", self._activities(contact)[0].summary + self._activities(contact)[1].summary
        )

    def test_not_for_the_archived(self):
        gone = self._born("1980-11-25", active=False)
        closed = self._create_client("Closed", self.manager)
        of_closed = self._born("1980-11-25", closed)
        closed.active = False
        free = self._create_client("Free", self.manager)
        of_free = self._born("1980-11-25", free)
        free.user_id = False
        nobodys = self.env["res.partner"].create({"name": "Friend", "birthdate_date": "1980-11-25"})
        self._run_morning("2026-11-23 09:00")
        self.assertFalse(self._activities(gone | of_closed | of_free | nobodys))

    def test_the_client_himself(self):
        trader = self._create_client("Trader", self.manager, is_company=False, birthdate_date="1980-11-25")
        self._run_morning("2026-11-23 09:00")
        self.assertEqual(self._activities(trader).client_id, trader)

    def test_setting(self):
        self.company.sales_birthday_days = 1
        near, far = self._born("1980-11-24"), self._born("1980-11-25")
        self._run_morning("2026-11-23 09:00")
        self.assertEqual(self._activities(near | far).mapped("res_id"), near.ids)
        self.company.sales_birthday_days = 0
        self._run_morning("2026-11-24 09:00")
        self.assertFalse(self._activities(far))

    def test_on_a_day_off_nothing_is_planned(self):
        contact = self._born("1980-11-23")
        self._run_morning("2026-11-22 09:00")
        self.assertFalse(self._activities(contact))

    def test_goes_on_where_it_stopped(self):
        """Killed between two batches: the next run plans the rest, and none twice."""
        contacts = self.env["res.partner"].union(*(self._born("1980-11-25") for _n in range(5)))
        morning = type(self.env["sales.morning"])
        with (
            self._at("2026-11-23 09:00"),
            patch.object(morning, "_birthday_batch", 2),
            patch.object(morning, "_commit", return_value=0),
        ):
            self.assertFalse(self.env["sales.morning"]._plan_birthdays({self.manager: TODAY}))
        self.assertEqual(len(self._activities(contacts)), 2)
        self._run_morning("2026-11-23 09:10")
        self.assertEqual(sorted(self._activities(contacts).mapped("res_id")), sorted(contacts.ids))

    def test_merge_keeps_the_year(self):
        contact = self._born("1980-11-25")
        self._run_morning("2026-11-23 09:00")
        twin = self._born("1980-11-25")
        twin.birthday_activity_year = 2025
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((contact | twin).ids, twin)
        self._run_morning("2026-11-23 10:00")
        self.assertEqual(len(self._activities(twin)), 1)

    def test_manager_writes_no_marker(self):
        contact = self._born("1980-11-25", user_id=self.manager.id)
        with self.assertRaises(AccessError):
            contact.with_user(self.manager).birthday_activity_year = 2026
        self.client.write({"child_ids": [Command.create({"name": "New"})]})
