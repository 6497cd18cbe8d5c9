from odoo import api, fields, models


class SalesClientHistoryXlsx(models.AbstractModel):
    """What happened with clients, one row per event, as chosen in the list."""

    _name = "report.sales_crm.sales_client_history_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Client History"

    @api.model
    def get_workbook_options(self):
        return {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

    @api.model
    def _columns(self):
        """:return: list of (heading, width, format, function of an event)"""
        kinds = dict(self.env["sales.client.history"]._fields["kind"]._description_selection(self.env))
        return [
            (self.env._("Date"), 16, "datetime", lambda event: event.date),
            (self.env._("Kind"), 20, "text", lambda event: kinds.get(event.kind)),
            (self.env._("Client"), 36, "text", lambda event: event.client_id.display_name),
            (self.env._("Contact"), 26, "text", lambda event: event.contact_id.display_name),
            (self.env._("Who"), 24, "text", lambda event: event.user_id.name),
            (self.env._("Manager Then"), 24, "text", lambda event: event.manager_id.name),
            (self.env._("Summary"), 60, "text", lambda event: event.summary),
            (self.env._("Amount"), 16, "money", lambda event: event.amount if event.company_id else None),
            (self.env._("Currency"), 10, "text", lambda event: event.currency_id.name),
        ]

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        """The moments are in the time zone of the user."""
        objs.check_access("read")
        formats = {
            "head": workbook.add_format({"bold": True, "bg_color": "#E7E9ED", "text_wrap": True}),
            "text": workbook.add_format({}),
            "datetime": workbook.add_format({"num_format": "dd.mm.yyyy hh:mm", "align": "left"}),
            "money": workbook.add_format({"num_format": "#,##0.00"}),
        }
        sheet = workbook.add_worksheet(self.env._("History"))
        columns = self._columns()
        for position, (heading, width, _kind, _value) in enumerate(columns):
            sheet.set_column(position, position, width)
            sheet.write_string(0, position, heading, formats["head"])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(objs), len(columns) - 1)
        for row, event in enumerate(objs, start=1):
            for position, (_heading, _width, kind, value) in enumerate(columns):
                self._write_cell(sheet, row, position, kind, value(event), formats, event)

    @api.model
    def _write_cell(self, sheet, row, position, kind, value, formats, event):
        if value in (None, False):
            return
        if kind == "text":
            sheet.write_string(row, position, value, formats[kind])
        elif kind == "datetime":
            moment = fields.Datetime.context_timestamp(event, value).replace(tzinfo=None)
            sheet.write_datetime(row, position, moment, formats[kind])
        else:
            sheet.write_number(row, position, value, formats[kind])
