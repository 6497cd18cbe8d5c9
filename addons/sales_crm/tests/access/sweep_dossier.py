from datetime import timedelta

from odoo import Command

from .sweep_filling import SweepFilling
from .sweep_models import NO_RECORD, models_of_clients

# Whose the client is to the manager who tries; what he may do with what hangs on him
RELATIONS = ("own", "covered", "read_only", "foreign")


class SweepDossier(SweepFilling):
    """Four clients, of each relation to the manager who tries, and on each of them one record of every
    model that hangs on clients.

    Few are made by hand, as a manager makes them; the others get what they must have and a link to the
    client, so a model that comes to be has its records by itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.away = cls._create_manager("away")
        cls.shown = cls._create_manager("shown")
        cls.owners = dict(zip(RELATIONS, (cls.manager, cls.away, cls.shown, cls.colleague), strict=True))
        cls.clients = {
            relation: cls._create_client(f"Client {relation}", owner, phone=f"+7 495 111-22-{n + 10}")
            for n, (relation, owner) in enumerate(cls.owners.items())
        }
        cls._let_cover()
        cls._let_see(cls.manager, cls.clients["read_only"], perm_write=False)
        cls.models = models_of_clients(cls.env)
        cls._create_catalogue()
        cls.without_record = {}
        cls.documents = {relation: cls._create_dossier(relation) for relation in RELATIONS}
        cls._name_for_files()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _create_manager(cls, name):
        return cls.manager.copy({"name": name, "login": name})

    @classmethod
    def _let_cover(cls):
        cls.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "user_ids": [Command.set(cls.manager.ids)],
                "manager_ids": [Command.set(cls.away.ids)],
                "date_from": cls.today - timedelta(days=1),
                "date_to": cls.today + timedelta(days=1),
                "reason": "Leave",
            }
        )

    @classmethod
    def _create_catalogue(cls):
        """What a record must point at beside its client, and what it is made with."""
        env = cls.env
        env["mail.link.preview"].create({"source_url": "https://example.com"})
        colour = env["product.attribute"].create(
            {"name": "Colour", "value_ids": [Command.create({"name": "Red"})]}
        )
        env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": cls.goods.product_tmpl_id.id,
                "attribute_id": colour.id,
                "value_ids": [Command.set(colour.value_ids.ids)],
            }
        )
        cls.beside = {
            "account.reconcile.model.line": {
                "label": "x",
                "amount_type": "percentage",
                "amount_string": "100",
            },
            "calendar.recurrence": {"rrule_type": "daily", "end_type": "count", "count": 1},
            "product.supplierinfo": {"product_tmpl_id": cls.goods.product_tmpl_id.id},
            "res.users.settings.volumes": {"guest_id": False},
            "sms.sms": {"number": "+79990001122", "body": "x"},
            "stock.quant": {"product_id": cls.goods.id},
        }
        if "stock.quant" in env:
            cls.goods.is_storable = True
            env["stock.package"].create({"name": "BOX"})

    @classmethod
    def _create_dossier(cls, relation):
        """:return: dict model name -> a record that hangs on the client"""
        client, owner = cls.clients[relation], cls.owners[relation]
        dossier = {"res.partner": client}
        for create in (cls._create_contact, cls._create_work, cls._create_documents, cls._create_papers):
            for record in create(client, owner, dossier):
                dossier[record._name] = record
        # the nearer ones first, what hangs on them after
        waiting = [name for name in cls.models if name not in dossier and name not in NO_RECORD]
        for _round in range(3):
            waiting = [name for name in waiting if not cls._add_by_itself(name, relation, dossier)]
        return dossier

    @classmethod
    def _create_contact(cls, client, _owner, _dossier):
        env = cls.env
        # the partner of the dossier is a contact; clients themselves are in ``clients``
        contact = env["res.partner"].create({"name": f"Contact of {client.name}", "parent_id": client.id})
        yield contact
        yield env["res.users"].create(
            {
                "name": contact.name,
                "login": f"portal of {client.name}",
                "partner_id": contact.id,
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            }
        )
        yield env["sales.contact.channel"].create(
            {"partner_id": contact.id, "kind": "phone", "value": f"+7 495 111-33-{client.id % 90 + 10}"}
        )
        yield env["sales.partner.key"].search([("partner_id", "=", client.id)], limit=1)
        yield env["res.partner.bank"].create({"partner_id": client.id, "acc_number": f"A{client.id}"})
        yield env["res.partner.category"].create(
            {"name": f"Tag of {client.name}", "partner_ids": [Command.link(client.id)]}
        )

    @classmethod
    def _create_work(cls, client, owner, dossier):
        env, contact = cls.env, dossier["res.partner"]
        lead = env["crm.lead"].create(
            {"name": "Deal", "type": "opportunity", "partner_id": contact.id, "user_id": owner.id}
        )
        yield lead
        yield env["sales.stage.move"].search([("lead_id", "=", lead.id)], limit=1)
        yield cls._plan(client, cls.today + timedelta(days=3), owner)
        meeting = env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": f"{cls.today} 10:00:00",
                "stop": f"{cls.today} 11:00:00",
                "user_id": owner.id,
                "partner_ids": [Command.set((contact | owner.partner_id).ids)],
            }
        )
        yield meeting
        yield meeting.attendee_ids.filtered(lambda attendee: attendee.partner_id == contact)
        yield env["sales.promise"].create(
            {"client_id": client.id, "kind": "other", "date_due": cls.today + timedelta(days=5)}
        )
        note = client.message_post(
            body="Note", subtype_xmlid="mail.mt_comment", author_id=owner.partner_id.id
        )
        yield note
        yield env["mail.notification"].create({"mail_message_id": note.id, "res_partner_id": contact.id})
        client.message_subscribe(owner.partner_id.ids)
        yield client.message_follower_ids[:1]
        yield env["ir.attachment"].create(
            {"name": "note.txt", "raw": b"x", "res_model": "res.partner", "res_id": client.id}
        )
        cadence = env["sales.cadence"].create(
            {"name": f"Calls to {client.name}", "client_ids": [Command.set(client.ids)]}
        )
        yield env["sales.cadence.client"].search([("cadence_id", "=", cadence.id)], limit=1)

    @classmethod
    def _create_documents(cls, client, owner, dossier):
        order = cls._order(1, client, user_id=owner.id)
        yield order
        yield order.order_line
        yield cls._contract(client)
        invoice = cls._owe(50, client=client)
        invoice.invoice_user_id = owner
        yield invoice
        yield invoice.invoice_line_ids
        payment = cls._pay(20, client)
        yield payment
        receivable = (invoice | payment.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.reconcile()
        yield (receivable.matched_debit_ids | receivable.matched_credit_ids)[:1]
        yield cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "payment_ref": client.name,
                "amount": 10,
                "date": cls.today,
                "partner_id": client.id,
            }
        )
        if "stock.picking" in cls.env:
            sold = cls._order(1, client, user_id=owner.id)
            sold.action_confirm()
            yield sold.picking_ids
            yield sold.picking_ids.move_ids

    @classmethod
    def _create_papers(cls, client, owner, dossier):
        """What would not be made rightly by itself."""
        env, activity = cls.env, dossier["mail.activity"]
        common = {"activity_id": activity.id, "user_id": owner.id, "client_id": client.id}
        yield env["sales.plan.line"].create({**common, "date": cls.today - timedelta(days=2)})
        yield env["sales.carry.log"].create(
            {**common, "date_from": cls.today - timedelta(days=2), "date_to": cls.today}
        )
        yield env["mail.scheduled.message"].create(
            {
                "model": "res.partner",
                "res_id": client.id,
                "author_id": owner.partner_id.id,
                "scheduled_date": f"{cls.today + timedelta(days=2)} 10:00:00",
            }
        )
        yield env["sales.client.distinct"].create(
            {"client_id": client.id, "twin_id": dossier["res.partner"].id}
        )
        rule = env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(cls.head.ids)],
                "scope": "clients",
                "client_ids": [Command.set(client.ids)],
                "reason": "Helps out",
            }
        )
        yield rule
        yield env["snailmail.letter"].create(
            {
                "model": "res.partner",
                "res_id": client.id,
                "partner_id": client.id,
                "company_id": cls.company.id,
            }
        )
        job = env["sales.import"].create({})
        file = env["sales.import.file"].create({"import_id": job.id})
        yield env["sales.import.row"].create(
            {"import_id": job.id, "file_id": file.id, "res_model": "res.partner", "res_id": client.id}
        )

    @classmethod
    def _name_for_files(cls):
        """The external ids by which a file that was exported names the records."""
        cls.xmlids = {}
        rows = []
        for dossier in cls.documents.values():
            for name, record in dossier.items():
                xmlid = f"{name}-{record.id}".replace(".", "_")
                rows.append({"module": "__export__", "name": xmlid, "model": name, "res_id": record.id})
                cls.xmlids[record] = f"__export__.{xmlid}"
        cls.env["ir.model.data"].create(rows)
