from odoo import models


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _load_records(self, data_list, update=False):
        """A cron of a paid service that is installed later is stopped at once."""
        records = super()._load_records(data_list, update=update)
        service = self.env["sales.paid.service"]
        modules = {(data.get("xml_id") or "").partition(".")[0] for data in data_list}
        if modules & service._unpaid_modules():
            service._switch_crons()
        return records
