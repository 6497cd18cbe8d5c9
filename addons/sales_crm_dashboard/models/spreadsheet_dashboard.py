import json

from odoo import models
from odoo.tools.translate import code_translations

OURS = "sales_crm_dashboard"


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    def _get_serialized_readonly_dashboard(self):
        """Filters have labels in the reader's language: core shows a chosen one as it stands here."""
        serialized = super()._get_serialized_readonly_dashboard()
        if self._get_dashboard_translation_namespace() != OURS:
            return serialized
        answer = json.loads(serialized)
        messages = code_translations.get_web_translations(OURS, self.env.lang or "en_US")["messages"]
        told = {message["id"]: message["string"] for message in messages}
        for found in answer["snapshot"]["globalFilters"]:
            found["label"] = told.get(found["label"], found["label"])
        return json.dumps(answer)
