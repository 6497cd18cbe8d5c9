from collections import Counter

from odoo import Command, models
from odoo.exceptions import UserError

CLASSES = ("A", "B", "C", False)


class SalesHandover(models.Model):
    """Who gets what: the choice of the form becomes a receiver on each line."""

    _inherit = "sales.handover"

    # ------------------------------------------------------
    # Who may receive
    # ------------------------------------------------------

    def _check_user_may_receive(self, user):
        """:raise UserError: ``user`` can't work with the clients, and why"""
        self.ensure_one()
        # sudo: what the user may do is asked for the refusal only
        user = user.sudo()
        reason = False
        if not user.active:
            reason = self.env._("%s is archived and can't receive clients. Choose somebody else.", user.name)
        elif user.share or not user.has_group("sales_crm.group_manager"):
            reason = self.env._(
                "%s is no manager: give the user the role “Manager” first, or choose somebody else.",
                user.name,
            )
        elif self.company_id not in user.company_ids:
            reason = self.env._(
                "%(user)s does not work in %(company)s. Choose somebody else.",
                user=user.name,
                company=self.company_id.name,
            )
        if reason:
            raise UserError(reason)

    def _pending_lines(self):
        """:return: the lines that are not handed over yet"""
        return self.line_ids.filtered(lambda line: line.state == "pending")

    def _check_distributed(self):
        """:raise UserError: a line without receiver, or one who can't receive"""
        lines = self._pending_lines()
        if not lines:
            raise UserError(self.env._("Nothing is left to hand over."))
        missing = lines.filtered(lambda line: not line.receiver_id)
        if missing:
            raise UserError(
                self.env._(
                    "%(count)s lines have no receiver yet, for example “%(name)s”. Choose the receivers in "
                    "the list, or let them be distributed.",
                    count=len(missing),
                    name=missing[0].name,
                )
            )
        for receiver in lines.receiver_id:
            self._check_receiver(receiver)

    def _check_receiver(self, receiver):
        """:raise UserError: this receiver can't receive, or is the giver"""
        if receiver == self.from_user_id:
            raise UserError(self.env._("%s can't receive what he hands over himself.", receiver.name))
        self._check_user_may_receive(receiver)

    # ------------------------------------------------------
    # Distribution
    # ------------------------------------------------------

    def _distribute(self):
        """Choose the receivers of all lines that are not handed over yet."""
        lines = self._pending_lines()
        chosen = {}
        if self.follow_manager:
            chosen = self._managers_of_others(lines)
        rest = lines.filtered(lambda line: line.id not in chosen)
        chosen.update(getattr(self, f"_distribute_{self.distribution}")(rest))
        by_receiver = {}
        for line in lines.filtered(lambda line: line.id in chosen):
            by_receiver.setdefault(chosen[line.id], line.browse())
            by_receiver[chosen[line.id]] |= line
        for receiver, of_receiver in by_receiver.items():
            if receiver:
                self._check_receiver(receiver)
            of_receiver.write({"receiver_id": receiver.id})

    def _managers_of_others(self, lines):
        """:return: dict line id -> the client's manager, where the client is a colleague's"""
        found = {}
        # sudo: whose client it is decides who gets the work, whatever the head sees
        for line in lines.sudo().filtered(lambda line: not line.own and line.client_id):
            manager = line.client_id.user_id
            if manager in self.possible_receiver_ids:
                found[line.id] = manager.sudo(False)
        return found

    def _distribute_one(self, lines):
        """:return: dict line id -> receiver"""
        if not self.receiver_id:
            raise UserError(self.env._("Choose the receiver."))
        return dict.fromkeys(lines.ids, self.receiver_id)

    def _distribute_hand(self, lines):
        """The head chooses in the list."""
        return {}

    def _distribute_evenly(self, lines):
        """The clients by turns to who has least, of each class apart if wished."""
        receivers = self.receiver_ids
        if not receivers:
            raise UserError(self.env._("Choose the receivers."))
        load = Counter()
        chosen = {}
        for line in lines.sorted(lambda line: CLASSES.index(line.client_class or False)):
            group = line.client_class if self.balance_classes else None
            receiver = min(receivers, key=lambda user: (load[user, group], load[user], user.id))
            load[receiver] += 1
            if group is not None:
                load[receiver, group] += 1
            chosen[line.id] = receiver
        return chosen

    def _distribute_region(self, lines):
        """:return: dict line id -> receiver of its region; the rest to the receiver of the form"""
        return self._distribute_by_rules(lines, "region", self._region_key)

    def _distribute_class(self, lines):
        """:return: dict line id -> receiver of its class; the rest to the receiver of the form"""
        return self._distribute_by_rules(lines, "class", self._class_key)

    def _distribute_by_rules(self, lines, kind, key):
        rules = {key(rule): rule.receiver_id for rule in self[f"{kind}_rule_ids"]}
        chosen = {}
        for line in lines:
            receiver = (line.client_id and rules.get(key(line))) or self.receiver_id
            if not receiver:
                raise UserError(
                    self.env._(
                        "Nobody is chosen for “%s”. Fill in the table, or choose who receives the rest.",
                        line.name,
                    )
                )
            chosen[line.id] = receiver
        return chosen

    def _region_key(self, record):
        """:return: what a line and a rule of the same region have in common"""
        return ("state", record.state_id.id) if record.state_id else ("country", record.country_id.id)

    def _class_key(self, record):
        """:return: what a line and a rule of the same class have in common"""
        return record.client_class

    def _propose_rules(self):
        """List the regions and classes of the lines, so that only their receivers are to be chosen."""
        lines = self._pending_lines().filtered("client_id")
        commands = []
        for kind, key in (("region", self._region_key), ("class", self._class_key)):
            known = {key(rule): rule for rule in self.rule_ids if rule.kind == kind}
            groups = lines.grouped(key)
            for value, of_value in groups.items():
                if value in known:
                    commands.append(Command.update(known[value].id, {"client_count": len(of_value)}))
                else:
                    commands.append(Command.create(self._prepare_rule(kind, of_value)))
            commands += [Command.delete(rule.id) for value, rule in known.items() if value not in groups]
        # sudo: the rows are the server's, the receivers in them the head's
        self.sudo().write({"rule_ids": commands})
        self.invalidate_recordset(["region_rule_ids", "class_rule_ids"])

    def _prepare_rule(self, kind, lines):
        """:return: values of the rule for these lines, which have the same region or class"""
        line = lines[0]
        values = {"kind": kind, "client_count": len(lines)}
        if kind == "class":
            return {**values, "client_class": line.client_class}
        state, country = line.state_id, line.country_id
        return {**values, "state_id": state.id, "country_id": (state.country_id or country).id}
