from odoo import api, fields, models
from odoo.exceptions import UserError

# While a card is changed with what hangs on it
ASKED = "sales_served"


class ResPartner(models.Model):
    """Who enters a client whom somebody else serves already says why, and the head of sales is told."""

    # Beside the keys by which a client is recognised
    _inherit = "res.partner"

    duplicate_reason = fields.Char(
        "Another Client, Because",
        tracking=True,
        copy=False,
        help="Why this is no client of another manager, although the tax number, a phone or a mail is the "
        "same.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._sales_asks_who_serves():
            return super().create(vals_list)
        with self._sales_flow(ASKED):
            partners = super().create(vals_list)
        partners._sales_check_served({})
        return partners

    def write(self, vals):
        if not self._sales_served_fields() & vals.keys() or not self._sales_asks_who_serves():
            return super().write(vals)
        before = self._sales_known_keys()
        with self._sales_flow(ASKED):
            res = super().write(vals)
        self._sales_check_served(before)
        return res

    @api.model
    def _sales_asks_who_serves(self):
        """:return: whether a person changes a card; what is changed with it is asked about with it"""
        return self._sales_checks_references() and not self._sales_in_flow(ASKED)

    def _make_client(self, manager=None):
        if not self._sales_checks_references():
            return super()._make_client(manager)
        # sudo: whoever enters the deal or the order may not see all of them
        partners = self.sudo().commercial_partner_id
        newcomers = partners.filtered(lambda partner: not partner.is_client)
        res = super()._make_client(manager)
        newcomers.sudo(False)._sales_check_served({})
        return res

    @api.model
    def _sales_served_fields(self):
        """:return: set of the names of fields by which a card may become a twin of another manager's"""
        return (self._duplicate_key_fields() - {"name"}) | {"contact_channel_ids", "is_client"}

    def _sales_known_keys(self):
        """:return: dict client -> set of (kind, value) that he has already, with those of his contacts"""
        # sudo: the contacts' too, whatever the user sees of them
        clients = self._sales_plain(active_test=False).sudo().filtered("is_client")
        return clients._duplicate_family_keys()

    def _sales_check_served(self, before):
        """:param dict before: as :meth:`_sales_known_keys` returned it before the change
        :raise UserError: another manager serves a client with a key that is new, and no reason is given
        """
        wanted = {
            client: {key for key in keys - before.get(client, set()) if key[0] != "name"}
            for client, keys in self._sales_known_keys().items()
            if client.client_id == client
        }
        # sudo: keys of cards that he may not see, too; only the manager's name comes out of it
        owners = self.env["sales.partner.key"].sudo()._owners(set().union(*wanted.values()), limit=None)
        twins = self.browse({owner for _kind, _value, _partner, owner in owners})
        seen = set(twins._sales_plain()._filtered_access("read")._ids)
        apart = self._duplicate_apart()
        for client, keys in wanted.items():
            own, kinds = client._duplicate_own_ids() | apart.get(client.id, set()), {}
            for kind, value, twin, owner in owners:
                if (kind, value) in keys and owner not in seen and not {twin, owner} & own:
                    kinds.setdefault(owner, set()).add(kind)
            if kinds:
                client._sales_want_reason(kinds)

    def _sales_want_reason(self, kinds):
        """:param dict kinds: id of a twin whom the user may not see -> set of what is the same
        :raise UserError: no reason is given
        """
        said = " ".join(line.unescape() for line in self._duplicate_hidden_lines(kinds))
        if not (self.duplicate_reason or "").strip():
            raise UserError(
                self.env._(
                    "%(served)s If “%(client)s” is another one, write why into “Another Client, Because” on "
                    "the card: the head of sales is told.",
                    served=said,
                    client=self.name or "",
                )
            )
        self._message_log(
            body=self.env._(
                "%(served)s Another client, because: %(reason)s", served=said, reason=self.duplicate_reason
            )
        )
        self._tell_heads_of_twin()

    def _tell_heads_of_twin(self):
        """The card says to the heads whose twin it may be: he who has entered it may read this message."""
        user = self.env.user
        heads = user._sales_heads()
        for head in ((user._sales_superiors() & heads) or user._sales_heads(user.company_id)) - user:
            env = self.with_context(lang=head.lang).env
            self.with_env(env).message_notify(
                partner_ids=head.partner_id.ids,
                subject=env._("A client who is served already: %(client)s", client=self.name),
                body=env._(
                    "%(manager)s has entered %(client)s, whose tax number, phone or mail another manager's "
                    "client has. The reason given: %(reason)s",
                    manager=user.name,
                    client=self.name,
                    reason=self.duplicate_reason,
                ),
            )
