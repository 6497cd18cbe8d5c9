import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import split_every

from ...tools.partner_keys import email_keys, name_keys, phone_keys, vat_keys

_logger = logging.getLogger(__name__)

FILL_BATCH = 5000
STRENGTH = ("vat", "phone", "email", "name", "alike")  # what is said first


class ResPartner(models.Model):
    """A client who is typed in twice is noticed while he is typed.

    His twins are found by their keys, see ``sales.partner.key``. Whoever may not see a twin hears that the
    client is served already, and by whom, and nothing more.
    """

    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    duplicate_warning = fields.Html(
        "Possible Duplicates",
        compute="_compute_duplicate_warning",
        sanitize=False,
        help="Other clients with this tax number, with a phone or mail of this client or his contacts, or "
        "with a name like this.",
    )
    duplicate_hidden = fields.Boolean(
        "Served Already",
        compute="_compute_duplicate_warning",
        help="Another manager serves a client with this tax number, phone or mail.",
    )

    # ------------------------------------------------------
    # Keys
    # ------------------------------------------------------

    @api.model
    def _duplicate_key_fields(self):
        """:return: set of the names of fields whose change changes the keys"""
        return {"name", "vat", "phone", "email", "country_id", "company_id", "parent_id", "is_company"}

    def _duplicate_keys(self):
        """Another module adds phones and mails of its own, and calls :meth:`_refresh_duplicate_keys` when
        they change.

        :return: dict partner -> set of (kind, value), as in ``sales.partner.key``; of what is stored, or
            typed into a form
        """
        keys = {}
        for partner in self:
            found = {("email", value) for value in email_keys(partner.email)}
            found |= {("phone", value) for value in phone_keys(partner.phone, partner._phone_region())}
            if not partner.parent_id or partner.is_company:
                # Core copies a company's number to its contacts
                found |= {("vat", value) for value in vat_keys(partner.vat)}
            if not partner.parent_id:
                found |= {("name", value) for value in name_keys(partner.name)}
            keys[partner] = found
        return keys

    def _refresh_duplicate_keys(self):
        # sudo: keys are true whoever changes the card
        partners = self.sudo().exists()
        if partners:
            keys = partners._duplicate_keys()
            self.env["sales.partner.key"].sudo()._replace({p.id: found for p, found in keys.items()})

    @api.model
    def _fill_duplicate_keys(self):
        """The keys of all partners that are there, in batches: after an installation or an update."""
        partners = self.with_context(active_test=False, prefetch_fields=False)
        ids = partners._search([], order="id").get_result_ids()
        for batch in split_every(FILL_BATCH, ids):
            partners.browse(batch)._refresh_duplicate_keys()
            self.env.invalidate_all()
        _logger.info("Keys of %s partners", len(ids))

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._refresh_duplicate_keys()
        return partners

    def write(self, vals):
        res = super().write(vals)
        if self._duplicate_key_fields() & vals.keys():
            self._refresh_duplicate_keys()
        return res

    # ------------------------------------------------------
    # The warning
    # ------------------------------------------------------

    @api.depends(
        "name", "vat", "phone", "email", "country_id", "parent_id", "child_ids.phone", "child_ids.email"
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_duplicate_warning(self):
        wanted = self._duplicate_family_keys()
        # sudo: what comes out of it depends on what the user may see
        Key = self.env["sales.partner.key"].sudo()
        owners = Key._owners(set().union(*wanted.values()))
        alike = Key._alike(self._duplicate_typed_names())
        apart = self._duplicate_apart()
        twins = self.browse({row[-1] for row in owners + alike})
        seen = twins._filtered_access("read")
        for partner in self:
            own = partner._duplicate_own_ids() | apart.get(partner._origin.id, set())
            kinds = {}
            for kind, value, twin, owner in owners:
                if (kind, value) in wanted[partner] and not {twin, owner} & own:
                    kinds.setdefault(owner, set()).add(kind)
            for name, twin in alike:
                # Of those whom he may not see only the same name is told
                if ("name", name) in wanted[partner] and twin not in own and twin in seen._ids:
                    kinds.setdefault(twin, {"alike"})
            partner.duplicate_warning = partner._duplicate_html(kinds, seen)
            partner.duplicate_hidden = any(
                same - {"name"} for id_, same in kinds.items() if id_ not in seen._ids
            )

    def _duplicate_typed_names(self):
        """:return: set of the keys of names that are being typed: similar ones are no news on a card that has
        its name
        """
        names = set()
        for partner in self:
            if not partner.parent_id and partner != partner._origin:
                names |= name_keys(partner.name) - name_keys(partner._origin.name)
        return names

    def _duplicate_apart(self):
        """:return: dict id of a partner -> set of the ids of whom the head of sales has told from him"""
        # sudo: his word holds for everybody
        return self.env["sales.client.distinct"].sudo()._apart(self._origin)

    def _duplicate_family_keys(self):
        """:return: dict partner -> set of (kind, value) of him and of his contacts"""
        typed = (self | self.child_ids)._duplicate_keys()
        return {
            partner: set().union(*(typed[member] for member in partner | partner.child_ids))
            for partner in self
        }

    def _duplicate_own_ids(self):
        """:return: set of the ids of who is no twin: the partner and whom he belongs to"""
        family = self | self.parent_id | self.commercial_partner_id | self.parent_id.commercial_partner_id
        # sudo: the parent may be another manager's client
        origins = family.sudo()._origin
        return set((origins | origins.client_id)._ids)

    def _duplicate_html(self, kinds, seen):
        """:param dict kinds: id of a twin -> set of what is the same
        :param seen: the twins that the user may see
        :return: html, False if there is no twin
        """
        found = [twin for twin in seen if twin.id in kinds]
        found.sort(key=lambda twin: min(map(STRENGTH.index, kinds[twin.id])))
        lines = [self._duplicate_line(twin, kinds[twin.id]) for twin in found[:5]]
        lines += self._duplicate_hidden_lines(
            {id_: same for id_, same in kinds.items() if id_ not in seen._ids}
        )
        return Markup("<br/>").join(lines) or False

    def _duplicate_hidden_lines(self, kinds):
        """:param dict kinds: id of a twin whom the user may not see -> set of what is the same
        :return: list of Markup, one for each manager
        """
        hidden = {}
        for id_, same in kinds.items():
            # sudo: the name of the manager is all that is told of a client one may not see
            manager = self.browse(id_).sudo().user_id.name
            hidden.setdefault(manager, set()).update(same)
        return [
            self._duplicate_hidden_line(manager, same) for manager, same in sorted(hidden.items(), key=str)
        ]

    def _duplicate_line(self, twin, same):
        path = "clients" if twin.is_client else "res.partner"
        link = Markup('<a href="/odoo/%s/%s" target="_blank">%s</a>') % (path, twin.id, twin.display_name)
        values = {"client": link, "same": self._duplicate_kinds(same), "manager": twin.user_id.name}
        if same == {"alike"}:
            return self._duplicate_alike_line(twin, values)
        if not twin.active:
            return self.env._("%(client)s has the same %(same)s. It is archived.", **values)
        if not twin.user_id:
            return self.env._("%(client)s has the same %(same)s.", **values)
        return self.env._("%(client)s has the same %(same)s. Manager: %(manager)s.", **values)

    def _duplicate_alike_line(self, twin, values):
        if not twin.active:
            return self.env._("%(client)s has a similar name. It is archived.", **values)
        if not twin.user_id:
            return self.env._("%(client)s has a similar name.", **values)
        return self.env._("%(client)s has a similar name. Manager: %(manager)s.", **values)

    def _duplicate_hidden_line(self, manager, same):
        values = {"same": self._duplicate_kinds(same), "manager": manager}
        if not manager:
            return Markup.escape(
                self.env._("A client with this %(same)s is in the base. Ask the head of sales.", **values)
            )
        return Markup.escape(
            self.env._("A client with this %(same)s is already served by %(manager)s.", **values)
        )

    def _duplicate_kinds(self, same):
        """:return: what is the same, in words"""
        words = {
            "vat": self.env._("tax number"),
            "phone": self.env._("phone"),
            "email": self.env._("mail"),
            "name": self.env._("name"),
        }
        return ", ".join(words[kind] for kind in words if kind in same)
