from odoo import Command, api, models
from odoo.fields import Domain


class SalesAccessRule(models.Model):
    """Rules and covers that name who leaves.

    A cover that he has for somebody goes to the receiver. Any other right goes only if an
    administrator of the access rules runs the hand-over; else it just ends for who leaves, because
    a head may not give it. A cover *for* him ends: there is nothing left to cover.
    """

    _name = "sales.access.rule"
    # Beside the rules themselves, which are long enough
    _inherit = ["sales.access.rule", "sales.handover.part"]

    _handover_sequence = 90

    @api.model
    def _handover_domain(self, user):
        named = Domain("user_ids", "in", user.ids) | (
            Domain("scope", "=", "managers") & Domain("manager_ids", "in", user.ids)
        )
        in_time = Domain("date_to", "=", False) | Domain("date_to", ">=", self._today(user))
        return Domain("active", "=", True) & in_time & named

    @api.model
    def _handover_kinds(self):
        return {"cover": self.env._("Covers"), "rule": self.env._("Access rules")}

    def _handover_kind(self):
        return {rule.id: "cover" if rule.is_cover else "rule" for rule in self}

    def _handover_details(self):
        return ", ".join(self.mapped("reason"))

    def _handover_receive(self, giver, receiver):
        memories = {}
        for rule in self:
            before = rule._handover_names()
            rule.write(rule._prepare_handover(giver, receiver))
            memories[rule.id] = {
                name: [value, rule._handover_names()[name]] for name, value in before.items()
            }
        return memories

    def _prepare_handover(self, giver, receiver):
        """:return: values that put the receiver in the giver's place, or end the rule"""
        self.ensure_one()
        administered = self.env.user.has_group("sales_crm.group_admin")
        users, managers = self.user_ids, self.manager_ids
        if giver in users:
            users -= giver
            if (self.is_cover or administered) and receiver not in managers:
                users |= receiver
        if giver in managers:
            managers -= giver
            if administered and not self.is_cover and receiver not in users:
                managers |= receiver
        if not (users or self.team_ids) or (self.scope == "managers" and not managers):
            # The names stay: it must be known who had access to what
            return {"active": False}
        return {"user_ids": [Command.set(users.ids)], "manager_ids": [Command.set(managers.ids)]}

    def _handover_names(self):
        return {"user_ids": self.user_ids.ids, "manager_ids": self.manager_ids.ids, "active": self.active}

    @api.model
    def _handover_handed_domain(self, giver, receiver):
        named = Domain("user_ids", "in", giver.ids) | Domain("manager_ids", "in", giver.ids)
        return Domain("active", "=", False) | ~named

    def _handover_give_back(self, giver, receiver, memories):
        for rule in self:
            now = rule._handover_names()
            values = {
                name: before
                for name, (before, after) in memories[rule.id].items()
                if now[name] == after and before != after
            }
            rule.write(
                {
                    name: before if name == "active" else [Command.set(before)]
                    for name, before in values.items()
                }
            )
