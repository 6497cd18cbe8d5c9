from odoo import api, models

from ...tools.phone import phone_key


class ResPartner(models.Model):
    """Who is calling: for a telephone exchange that knows a number only."""

    # Beside the keys of phones that answer it
    _inherit = "res.partner"

    @api.model
    def sales_find_caller(self, phone):
        """Whoever has the number, on his card or as one more of his phones; clients and their people first.
        Of those whom the user may not see nothing is told.

        :param str phone: in any form; without +… it is of the company's country
        :return: list of dicts with ``id``, ``name``, ``client`` and ``manager`` (id and name, or False) and
            ``call_refused``
        """
        key = phone_key(phone, self.env.company.country_id.code or False)
        if not key:
            return []
        # sudo: by the index alone; who may be seen is asked below
        rows = self.env["sales.partner.key"].sudo()._owners({("phone", key)})
        partners = self._sales_plain().browse(dict.fromkeys(row[2] for row in rows))._filtered_access("read")
        return [
            partner._caller_summary()
            for partner in partners.sorted(lambda partner: (not partner.active, not partner.client_id))
        ]

    def _caller_summary(self):
        def named(record):
            return (record.id, record.display_name) if record else False

        return {
            "id": self.id,
            "name": self.name or "",
            "client": named(self.client_id),
            "manager": named(self.user_id),
            "call_refused": self.call_refused or False,
        }
