from odoo import api, fields, models


class SalesClientHistoryXlsx(models.AbstractModel):
    """What happened with clients, one row per event, as chosen in the list."""

    _name = "report.sales_crm.sales_client_history_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Client History"

    @api.model
    def _columns(self):
        """:return: list of (heading, width, format, function of an event)"""
        kinds = dict(self.env["sales.client.history"]._fields["kind"]._description_selection(self.env))
        return [
            (self.env._("Date"), 12, "date", lambda event: self._local(event).date()),
            (
                self.env._("Time"),
                8,
                "text",
                lambda event: None if event.day_only else f"{self._local(event):%H:%M}",
            ),
            (self.env._("Kind"), 20, "text", lambda event: kinds.get(event.kind)),
            (self.env._("Client"), 36, "text", lambda event: event.client_id.display_name),
            (self.env._("Contact"), 26, "text", lambda event: event.contact_id.display_name),
            (self.env._("Who Did It"), 24, "text", lambda event: event.user_id.name),
            (self.env._("Manager Then"), 24, "text", lambda event: event.manager_id.name),
            (self.env._("Summary"), 60, "text", lambda event: event.summary),
            (
                self.env._("Amount"),
                16,
                "money",
                lambda event: event.amount or None if event.company_id else None,
            ),
            (self.env._("Currency"), 10, "text", lambda event: event.currency_id.name),
        ]

    @api.model
    def _local(self, event):
        return fields.Datetime.context_timestamp(self, event.date)

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        self._write_table(workbook, self.env._("History"), objs)
