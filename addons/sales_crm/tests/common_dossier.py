import json

from odoo import Command
from odoo.tools import mute_logger

from .common import SalesCrmCommon

SECRET = "qxqsecret"


class DossierCommon(SalesCrmCommon):
    """A client with everything that can hang on one, which the manager has lost to his colleague.

    The manager wrote, planned and followed himself: nothing of that gives him the client back. All names
    contain ``SECRET``, so that a route's whole answer can be searched for it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.manager | cls.colleague).notification_type = "inbox"
        cls.hidden = cls._create_client(
            f"{SECRET} Ltd",
            cls.manager,
            email=f"boss@{SECRET}.example.com",
            phone="+7 495 111-22-33",
            vat="7707083893",
            country_id=cls.env.ref("base.ru").id,
            ref=f"{SECRET} ref",
        )
        Partner = cls.env["res.partner"]
        cls.contact = Partner.create(
            {"name": f"{SECRET} Petrov", "parent_id": cls.hidden.id, "email": f"p@{SECRET}.example.com"}
        )
        cls.branch = Partner.create({"name": "Branch", "is_company": True, "parent_id": cls.hidden.id})
        cls.portal_user = cls.env["res.users"].create(
            {
                "name": f"{SECRET} Portal",
                "login": f"{SECRET}@example.com",
                "partner_id": cls.contact.id,
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
            }
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Thing",
                "list_price": 10,
                "seller_ids": [Command.create({"partner_id": cls.hidden.id, "product_name": SECRET})],
            }
        )
        cls._create_documents(cls.env(user=cls.manager))
        cls._create_messages(cls.env(user=cls.manager))
        cls._create_plans(cls.env(user=cls.manager))
        cls._create_notes()
        cls._hand_over()

    @classmethod
    def _create_documents(cls, env):
        cls.lead = env["crm.lead"].create(
            {"name": f"{SECRET} deal", "partner_id": cls.contact.id, "type": "opportunity"}
        )
        cls.order = env["sale.order"].create(
            {
                "partner_id": cls.hidden.id,
                "client_order_ref": SECRET,
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        )
        cls.order.action_confirm()
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.hidden.id,
                "invoice_user_id": cls.manager.id,
                "invoice_line_ids": [Command.create({"product_id": cls.product.id, "name": SECRET})],
            }
        )
        cls.invoice.action_post()

    @classmethod
    def _create_messages(cls, env):
        cls.hidden.message_subscribe(cls.manager.partner_id.ids)
        cls.lead.message_subscribe(cls.manager.partner_id.ids)
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        cls.message = cls.hidden.with_env(env).message_post(body=f"{SECRET} of mine", **comment)
        cls.notice = cls.hidden.message_post(body=f"{SECRET} of others", **comment)
        cls.lead.message_post(body=f"{SECRET} of mine", **comment)
        cls.hidden.with_env(env).message_post(body=SECRET, partner_ids=cls.contact.ids, **comment)
        cls.env["mail.notification"].search([("author_id", "=", cls.manager.partner_id.id)]).write(
            {"notification_status": "bounce"}
        )
        cls.attachment = env["ir.attachment"].create(
            {"name": f"{SECRET}.txt", "raw": b"x", "res_model": "res.partner", "res_id": cls.hidden.id}
        )

    @classmethod
    def _create_plans(cls, env):
        cls.activities = cls._plan(cls.hidden, "2026-12-01", summary=SECRET)
        cls.activities |= cls._plan(cls.branch, "2026-12-01", summary=SECRET)
        cls.activities |= cls._plan(cls.lead, "2026-12-01", summary=SECRET)
        cls.meeting = env["calendar.event"].create(
            {
                "name": f"{SECRET} meeting",
                "start": "2026-12-01 10:00:00",
                "stop": "2026-12-01 11:00:00",
                "partner_ids": [Command.set((cls.contact | cls.manager.partner_id).ids)],
                "recurrency": True,
                "rrule_type": "daily",
                "end_type": "count",
                "count": 2,
            }
        )
        env["calendar.filters"].create({"partner_id": cls.contact.id})

    @classmethod
    def _create_notes(cls):
        """What other apps keep about a client."""
        cls.env["res.partner.bank"].create({"partner_id": cls.hidden.id, "acc_number": f"{SECRET}1"})
        plan = cls.env["account.analytic.plan"].create({"name": "Plan"})
        cls.env["account.analytic.account"].create(
            {"name": SECRET, "partner_id": cls.hidden.id, "plan_id": plan.id}
        )

    @classmethod
    def _hand_over(cls):
        for name in ("lead", "order", "message", "attachment", "meeting"):
            setattr(cls, name, getattr(cls, name).with_env(cls.env))
        (cls.hidden | cls.branch).user_id = cls.colleague
        for record, field in (
            (cls.lead, "user_id"),
            (cls.order, "user_id"),
            (cls.invoice, "invoice_user_id"),
        ):
            record[field] = cls.colleague
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _told(self, user, route):
        """:return: all that ``route``, a function of an environment, tells ``user``, in small letters"""
        answer, error = self._ask(user, route)
        return error or json.dumps(answer, default=str).lower()

    def _error(self, user, route):
        return self._ask(user, route)[1]

    def _ask(self, user, route):
        """:return: the answer, or None and what the error says; everything is as before"""
        self.env.flush_all()
        self.env.invalidate_all()
        answer = error = None
        with self.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
            try:
                answer = route(self.env(user=user, context={"allowed_company_ids": self.company.ids}))
                self.env.flush_all()
            except Exception as exception:  # pylint: disable=broad-exception-caught
                # Whatever is raised is told as well
                error = str(exception).lower() or type(exception).__name__
            self.env.invalidate_all()
            savepoint.rollback()
        return answer, error

    def _assert_silent(self, routes, to=None):
        """Each of these routes tells the owner of the client, and nothing to the manager who lost him.

        :param dict routes: name -> function of an environment
        :param to: user who must be told, to know that the route leads there; his colleague if not given
        """
        for name, route in routes.items():
            with self.subTest(route=name):
                self.assertIn(SECRET, self._told(to or self.colleague, route), "tells nobody anything")
                self.assertNotIn(SECRET, self._told(self.manager, route))

    def _assert_refused(self, routes):
        """Each of these routes ends in an error that says nothing of the client."""
        for name, route in routes.items():
            with self.subTest(route=name):
                error = self._error(self.manager, route)
                self.assertTrue(error, "not refused")
                self.assertNotIn(SECRET, error)
