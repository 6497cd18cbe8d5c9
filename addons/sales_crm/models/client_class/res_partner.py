from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.server_only import SERVER_ONLY

CLASSES = [("A", "A"), ("B", "B"), ("C", "C")]

BY_HAND = {"client_class", "client_class_manual", "client_class_reason", "client_class_until"}


class ResPartner(models.Model):
    """How much a client buys, how evenly, and whether he has stopped.

    The figures are those of the last night, see ``sales.client.class`` for the formulas. The class may be
    set by hand, with a reason and the last day on which it counts; the night's own is beside it.
    """

    _name = "res.partner"
    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    client_class = fields.Selection(
        copy=False,
        help="By what the client paid in the last 12 months: A the largest, B the next, C the others. "
        "Clients who paid the same are in the same class. Counted every night, unless it was set by hand.",
    )
    client_class_manual = fields.Boolean("Class Set by Hand", copy=False, tracking=True)
    client_class_reason = fields.Char(
        "Reason for the Class", copy=False, tracking=True, help="Why the class is not the one by turnover."
    )
    client_class_until = fields.Date(
        "Class Set by Hand until",
        copy=False,
        tracking=True,
        index="btree_not_null",
        help="The last day on which the class set by hand counts; then the class by turnover counts again. "
        "Empty: until somebody takes it back.",
    )
    client_class_turnover = fields.Selection(CLASSES, "Class by Turnover", readonly=True, copy=False)
    paid_turnover = fields.Monetary(
        "Paid in 12 Months",
        currency_field="paid_turnover_currency_id",
        readonly=True,
        copy=False,
        help="What the client paid on his invoices in the last 12 months, less what went back to him for "
        "credit notes; to all companies, with tax. As of the last night.",
    )
    paid_turnover_currency_id = fields.Many2one("res.currency", readonly=True, copy=False)
    client_regularity = fields.Selection(
        [("X", "X"), ("Y", "Y"), ("Z", "Z"), ("new", "New Client")],
        "Regularity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="How evenly the client buys from month to month, over the last 12 full months: X evenly, Y with "
        "ups and downs, Z now and then; a month without purchases counts as 0. New: first bought less than "
        "12 full months ago. Empty if he bought in too few months.",
    )
    is_asleep = fields.Boolean(
        "Asleep",
        readonly=True,
        copy=False,
        help="Bought regularly and stopped: the last purchase is longer ago than the client's own usual "
        "interval between purchases, times the factor in the settings. Needs three days with purchases.",
    )
    last_purchase_date = fields.Date(
        "Last Purchase",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The date of the last invoice, as of the last night.",
    )
    purchase_interval_days = fields.Integer(
        "Buys Every (days)",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="The median number of days between two days with purchases.",
    )

    _client_asleep_idx = models.Index("(user_id) WHERE is_asleep IS TRUE")

    # ------------------------------------------------------
    # By hand, and back
    # ------------------------------------------------------

    @api.onchange("client_class")
    def _onchange_client_class(self):
        if self.client_class != self._origin.client_class or not self.client_class:
            self.client_class_manual = bool(self.client_class)
            self.client_class_reason = False
            self.client_class_until = self.client_class and self._class_until_by_default()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_class_values(vals) for vals in vals_list])

    def write(self, vals):
        if not BY_HAND & vals.keys():
            return super().write(vals)
        res = True
        alike = self.grouped(
            lambda one: (one.client_class_turnover, one.client_class, one.client_class_manual)
        )
        for (turnover, *_stored), partners in alike.items():
            res = super(ResPartner, partners).write(partners._prepare_class_values(vals, turnover))
        return res

    def _prepare_class_values(self, vals, turnover=False):
        """:param dict vals: what is about to be written on these partners, or created
        :param turnover: the class that these partners have by their turnover
        :return: dict where the class, whether it is set by hand and why fit together. An empty class, or one
            that is not set by hand any more, is the class by turnover
        :raise UserError: a class is set by hand without a reason
        """
        if not BY_HAND & vals.keys():
            return vals
        rest = {name: value for name, value in vals.items() if name not in BY_HAND}
        reason = vals.get("client_class_reason")
        letter = vals.get("client_class", self[:1].client_class)
        self._check_class_until(vals.get("client_class_until"))
        if not letter or not vals.get("client_class_manual", True):
            return {
                **rest,
                "client_class": turnover,
                "client_class_manual": False,
                "client_class_reason": False,
                "client_class_until": False,
            }
        if "client_class_manual" not in vals and all(one.client_class == letter for one in self) and self:
            # Nothing new but the reason and the day, perhaps
            return {**rest, **self._prepare_class_details(vals)}
        reason = reason or self._class_reason_by_default()
        if not reason:
            raise UserError(self.env._("Say why the class is set by hand: fill in the reason for the class."))
        return {
            **rest,
            "client_class": letter,
            "client_class_manual": True,
            "client_class_reason": reason,
            "client_class_until": vals.get("client_class_until", self._class_until_by_default()),
        }

    def _prepare_class_details(self, vals):
        """:return: dict of what is new of the reason and the last day, where the class is set by hand"""
        if not all(self.mapped("client_class_manual")):
            return {}
        details = {"client_class_reason": vals.get("client_class_reason")}
        details = {name: value for name, value in details.items() if value}
        if "client_class_until" in vals:
            details["client_class_until"] = vals["client_class_until"]
        return details

    @api.model
    def _class_reason_by_default(self):
        """:return: the reason of a class from a file or a program, empty where a person is asked"""
        return False if self._class_is_asked() else self.env._("Imported")

    @api.model
    def _class_is_asked(self):
        """:return: whether a person sets a class, rather than a file or a program"""
        context = self.env.context
        imported = SERVER_ONLY in (context.get("sales_import"), context.get("sales_loaded"))
        return not self.env.su and not imported

    @api.model
    def _class_until_by_default(self):
        """:return: the last day of a class that a person sets today; False for one from a file"""
        return self._class_is_asked() and self.env.company._sales_today() + relativedelta(years=1)

    @api.model
    def _check_class_until(self, until):
        """:raise ValidationError: a person lets a class end before today"""
        day = fields.Date.to_date(until)
        if day and day < self.env.company._sales_today() and self._class_is_asked():
            raise ValidationError(
                self.env._(
                    "A class set by hand can't end before today. Choose a later day, or take the class back."
                )
            )

    @api.model
    def load(self, fields, data):
        """What is loaded from a file is imported, whatever is said of it."""
        return super(ResPartner, self.with_context(sales_loaded=SERVER_ONLY)).load(fields, data)

    def action_class_automatic(self):
        """The class by turnover counts again for these clients."""
        self.write({"client_class_manual": False})
        return True

    @api.model
    def _end_classes_by_hand(self, limit):
        """Those whose last day is over have the class by turnover again; the card's messages tell it.

        :return: how many clients these were
        """
        over = Domain("client_class_until", "<", self.env.company._sales_today())
        # sudo: whose class is over doesn't depend on who runs the night
        ended = self.sudo().with_context(active_test=False).search(over, limit=limit)
        ended.write({"client_class_manual": False})
        return len(ended)

    @api.model
    def _keep_classes_by_hand(self):
        """Classes from before there was one by turnover were set by people: the night leaves them alone."""
        lang = self.env.company.partner_id.lang
        self.env.execute_query(
            SQL(
                """
                UPDATE res_partner SET client_class_manual = TRUE, client_class_reason = %s
                 WHERE client_class IS NOT NULL AND client_class_manual IS NOT TRUE
                   AND client_class_turnover IS NULL
                RETURNING id
                """,
                self.with_context(lang=lang).env._("Imported"),
            )
        )
        self.invalidate_model()
