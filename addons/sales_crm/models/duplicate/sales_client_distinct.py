from odoo import api, fields, models
from odoo.fields import Domain


class SalesClientDistinct(models.Model):
    """Two clients that share a phone, a mail or a tax number and are two clients all the same."""

    _name = "sales.client.distinct"
    _description = "Clients That Are No Duplicates"
    _rec_name = "client_id"
    _sales_guard_path = "client_id"

    client_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    twin_id = fields.Many2one("res.partner", "And", required=True, index=True, ondelete="cascade")

    @api.model
    def _apart(self, clients):
        """:return: dict id of one of ``clients`` -> set of the ids of those who are other clients than he"""
        ids, apart = clients.ids, {}
        for pair in self.search(Domain("client_id", "in", ids) | Domain("twin_id", "in", ids)) if ids else ():
            apart.setdefault(pair.client_id.id, set()).add(pair.twin_id.id)
            apart.setdefault(pair.twin_id.id, set()).add(pair.client_id.id)
        return apart
