from odoo import api, models
from odoo.exceptions import UserError, ValidationError

# From so many clients on, beginning or widening a cadence is asked about
MANY = 1000


class SalesCadence(models.Model):
    """What is asked or refused before a cadence creates anything."""

    _inherit = "sales.cadence"

    @api.constrains("activity_type_id", "state")
    def _check_activity_type(self):
        for cadence in self.filtered(lambda cadence: cadence.state in ("draft", "running")):
            if not cadence.activity_type_id.active:
                raise ValidationError(
                    self.env._(
                        "“%(cadence)s”: the activity “%(type)s” is archived. Choose another one.",
                        cadence=cadence.name,
                        type=cadence.activity_type_id.name,
                    )
                )

    def action_start(self):
        """From the next morning on, what is due is created.

        :return: the question whether it is really for so many clients, None where nothing is to be asked
        :raise UserError: it is for nobody, or its last day is over
        """
        self.check_access("write")
        for cadence in self:
            cadence._refresh_members()
            if not cadence.client_count:
                raise UserError(
                    self.env._("“%s” is for nobody yet: choose the clients or the condition.", cadence.name)
                )
            if cadence.date_to and cadence.date_to < cadence.company_id._sales_today():
                raise UserError(self.env._("“%s”: the last day is over already.", cadence.name))
        if len(self) == 1 and self.client_count >= MANY:
            return self.env["sales.cadence.begin"]._ask(self)
        return self._begin_now()

    def _begin_now(self):
        self._step({"state": "running", "paused_until": False})
        self.line_ids._begin()

    def question_before_save(self, values):
        """:param dict values: what is about to be written
        :return: the sentence to be asked if a condition that is at work comes to fit very many clients, else
            False
        """
        self.check_access("write")
        condition = values.get("client_domain", self.client_domain)
        scope = values.get("scope", self.scope)
        changed = (condition, scope) != (self.client_domain, self.scope)
        if not (changed and scope == "domain" and self.state in ("running", "paused")):
            return False
        try:
            domain = self._domain_of_text(condition) & self._domain_possible()
            # sudo: the condition decides, not who asks
            count = self.env["res.partner"].sudo().search_count(domain)
        except (SyntaxError, TypeError, ValueError):
            return False  # saving says what is wrong with it
        if count < max(MANY, self.client_count + 1):
            return False
        return self.env._(
            "This condition fits %(count)s clients, before there were %(before)s. From the next morning on, "
            "regular work is created for all of them. Save it?",
            count=count,
            before=self.client_count,
        )
