from odoo import api, models

from ...tools.import_headers import CLIENT_OF_DEAL
from ...tools.import_run import PlainRow
from ...tools.normalise import squeeze


class SalesImportRoleClient(models.AbstractModel):
    """Rows of clients whom deals name: the columns of the deals, read as those of a client base."""

    _inherit = "sales.import.role.client"

    @api.model
    def _columns(self, run, row):
        columns = super()._columns(run, row)
        if not row.of_deals:
            return columns
        return [
            (CLIENT_OF_DEAL[target], position, header, number or 1)
            for target, position, header, number in columns
            if target in CLIENT_OF_DEAL
        ]

    @api.model
    def _parse(self, run, row):
        """Whose deal it is has the client, too."""
        said = super()._parse(run, row)
        if row.of_deals:
            user = self._agent_of_deal(run, row)
            if user:
                said.values["user_id"] = user
        return said

    @api.model
    def _agent_of_deal(self, run, row):
        """:return: id of the deal's agent, also of one whom the import creates; what is wrong with him the
        deal's own row says
        """
        for target, position, header, _number in run.columns[row.file_id.id]:
            text = squeeze(row.cells[position]) if position < len(row.cells) else ""
            if target == "deal_agent" and text:
                found = self._find_user(run, row, header, text, PlainRow())
                if not found and run.executing and run.may_create_users:
                    found = self._of("agent")._user_of(run, text).id
                return found
        return False
