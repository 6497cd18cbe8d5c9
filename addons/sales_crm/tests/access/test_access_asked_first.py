from odoo import Command
from odoo.tests import tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestAccessAskedFirst(SalesCrmCommon):
    """What a rule grants is kept for all requests, and depends on none of them: not on the language, the
    company or the hour of who asked first.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.others = cls._create_client("Omega", cls.colleague)
        cls.work = cls._plan(cls.others, "2026-11-25", cls.colleague)

    def _rule_on(self, condition):
        self.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(self.manager.ids)],
                "scope": "domain",
                "client_domain": repr([condition]),
                "reason": "Helps out",
            }
        )

    def _seen(self, **context):
        """:return: whether the manager finds the other's client, and whether he finds the work with him"""
        env = self.env(user=self.manager, context={**self.env.context, **context})
        env.invalidate_all()
        return tuple(
            bool(env[name].search_count([("id", "=", record.id)]))
            for name, record in (("res.partner", self.others), ("mail.activity", self.work))
        )

    def _assert_whoever_asks_first(self, answers, ask):
        """Each order, from an empty cache; each question is asked again after the others.

        :param dict answers: question -> what :meth:`_seen` answers
        :param ask: method that asks a question
        """
        for order in (list(answers), list(answers)[::-1]):
            self.env.registry.clear_cache()
            for question in order * 2:
                self.assertEqual(ask(question), answers[question], f"{question}, asked in the order {order}")

    def test_language(self):
        """A tag that was named in Russian, and one with a name in each language."""
        seen, hidden = (True, True), (False, False)
        Tag = self.env["res.partner.category"]
        plain = Tag.with_context(lang="ru_RU").create({"name": "Розница"})
        both = Tag.create({"name": "Wholesale"})
        both.with_context(lang="ru_RU").name = "Опт"
        for tag, condition, answer in (
            (plain, ("category_id.name", "ilike", "Розниц"), seen),
            (both, ("category_id.name", "ilike", "Wholes"), seen),
            (both, ("category_id.name", "ilike", "Опт"), seen),
            (both, ("category_id.name", "=", "Опт"), seen),
            (both, ("category_id.name", "in", ["Опт", "Сети"]), seen),
            (both, ("category_id", "ilike", "Опт"), seen),
            (both, ("category_id", "any", [("name", "ilike", "Опт")]), seen),
            (both, ("category_id.name", "ilike", "Розниц"), hidden),
            (both, ("category_id.name", "not ilike", "Розниц"), seen),
            # no to one of the names is no
            (both, ("category_id.name", "not ilike", "Опт"), hidden),
            (both, ("category_id.name", "!=", "Wholesale"), hidden),
            (both, ("category_id", "not any", [("name", "=", "Опт")]), hidden),
        ):
            with self.subTest(condition=condition):
                savepoint = self.env.cr.savepoint()
                self.others.category_id = tag
                self._rule_on(condition)
                self._assert_whoever_asks_first(
                    {"en_US": answer, "ru_RU": answer}, lambda lang: self._seen(lang=lang)
                )
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_language_of_who_assigns(self):
        """Whether somebody sees a client is also asked of records at hand, in the asking one's language."""
        tag = self.env["res.partner.category"].create({"name": "Wholesale"})
        tag.with_context(lang="ru_RU").name = "Опт"
        self.others.category_id = tag
        for text, seen in (("Опт", True), ("Wholesale", True), ("Сети", False)):
            with self.subTest(text=text):
                savepoint = self.env.cr.savepoint()
                self._rule_on(("category_id.name", "ilike", text))
                for lang in ("en_US", "ru_RU"):
                    rules = self.env["sales.access.rule"].with_context(lang=lang)
                    hidden = rules._hidden_from(self.manager, self.others.with_context(lang=lang))
                    self.assertEqual(not hidden, seen)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def test_company(self):
        """A condition on what is said of the client in each company by itself."""
        other = self.env["res.company"].create({"name": "Sister"})
        self.manager.company_ids += other
        terms = self.env["account.payment.term"].create([{"name": "Ours"}, {"name": "Theirs"}])
        self.others.property_payment_term_id = terms[0]
        self.others.with_company(other).property_payment_term_id = terms[1]
        self._rule_on(("property_payment_term_id", "=", terms[0].id))
        self._assert_whoever_asks_first(
            {self.company.id: (True, True), other.id: (False, False)},
            lambda company: self._seen(allowed_company_ids=[company]),
        )

    def _seen_at(self, moment):
        with self._at(moment):
            return self._seen()

    def test_midnight(self):
        self.others.birthdate_date = "2026-11-24"
        self._rule_on(("birthdate_date", "<=", "today"))
        self._assert_whoever_asks_first(
            {"2026-11-23 23:59": (False, False), "2026-11-24 00:00": (True, True)}, self._seen_at
        )

    def test_midnight_is_the_company_s(self):
        """A manager far in the east begins his day earlier; what he may see begins with the company's."""
        self.manager.tz = "Asia/Vladivostok"
        self.others.birthdate_date = "2026-11-24"
        self._rule_on(("birthdate_date", "<=", "today"))
        self._assert_whoever_asks_first(
            {
                "2026-11-23 10:00": (False, False),
                "2026-11-23 20:00": (False, False),  # the 24th in Vladivostok
                "2026-11-24 01:00": (True, True),
            },
            self._seen_at,
        )
