from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user

from .common import SalesCrmCommon


class HandoverCommon(SalesCrmCommon):
    """A manager with work of every kind, and colleagues who could receive it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = new_test_user(cls.env, "manager_c", "sales_crm.group_manager", tz="UTC", lang="en_US")
        cls.product = cls.env["product.product"].create({"name": "Tea", "list_price": 10})
        cls.tomorrow = fields.Date.today() + timedelta(days=1)

    @classmethod
    def _dossier(cls, client, manager=None):
        """:return: dict name -> record: everything that may hang on a client"""
        manager = manager or cls.manager
        found = {"client": client}
        found["contact"] = cls.env["res.partner"].create(
            {"name": f"{client.name} Anna", "parent_id": client.id}
        )
        found["deal"] = cls._deal(client, manager)
        found["won"] = cls._deal(client, manager)
        found["won"].action_set_won()
        found["lost"] = cls._deal(client, manager)
        found["lost"].action_set_lost()
        found["call"] = cls._plan(client, cls.tomorrow, manager)
        found["deal_call"] = cls._plan(found["deal"], cls.tomorrow, manager)
        found["closed"] = cls._plan(client, cls.tomorrow, manager)
        found["closed"].with_user(manager).action_done()
        found["meeting"] = cls._meeting(client, manager, days=2)
        found["past"] = cls._meeting(client, manager, days=-2)
        found["quotation"] = cls._order(client, manager)
        found["order"] = cls._order(client, manager)
        found["order"].action_confirm()
        found["cancelled"] = cls._order(client, manager)
        found["cancelled"]._action_cancel()
        found["draft_invoice"] = cls.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": client.id, "invoice_user_id": manager.id}
        )
        return found

    @classmethod
    def _deal(cls, client, manager, **values):
        return cls.env["crm.lead"].create(
            {
                "name": f"Deal of {client.name}",
                "type": "opportunity",
                "partner_id": client.id,
                "user_id": manager.id,
                **values,
            }
        )

    @classmethod
    def _order(cls, client, manager):
        return cls.env["sale.order"].create(
            {
                "partner_id": client.id,
                "user_id": manager.id,
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        )

    @classmethod
    def _meeting(cls, client, manager, days):
        start = fields.Datetime.now() + timedelta(days=days)
        return (
            cls.env["calendar.event"]
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    "name": f"Visit to {client.name}",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "user_id": manager.id,
                    "partner_ids": [Command.set((manager.partner_id | client).ids)],
                }
            )
        )

    def _handover(self, user=None, head=None, **values):
        """:return: a hand-over of ``user``'s work, collected"""
        handover = (
            self.env["sales.handover"]
            .with_user(head or self.head)
            .with_context(tracking_disable=False)
            .create({"from_user_id": (user or self.manager).id, **values})
        )
        handover.action_collect()
        return handover

    def _run(self, handover, receivers=None, **values):
        """Distribute all to one, or evenly, and run it."""
        receivers = receivers or self.colleague
        handover.write(
            {
                "distribution": "one" if len(receivers) == 1 else "evenly",
                "receiver_id": receivers[:1].id,
                "receiver_ids": [Command.set(receivers.ids)],
                **values,
            }
        )
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()
        return handover

    @contextmanager
    def _in_background(self, batch=2):
        """Small batches, none of them in the foreground, and no commits."""
        module = "odoo.addons.sales_crm.models.handover.sales_handover_work"
        with (
            patch.object(type(self.env["sales.handover"]), "_batch_foreground", 0),
            patch(f"{module}.BATCH", batch),
            patch.object(type(self.env["sales.handover"]), "_commit", return_value=float("inf")),
        ):
            yield

    def _cron(self):
        self.env["sales.handover"]._cron_work()
        self.env.invalidate_all()

    def _of(self, handover, field):
        """:return: dict model (and kind) -> one of the counts"""
        return {f"{count.res_model}:{count.kind}".rstrip(":"): count[field] for count in handover.count_ids}
