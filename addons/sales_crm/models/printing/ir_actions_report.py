from odoo import api, models
from odoo.exceptions import UserError

UNUSABLE = ("install", "broken")


class IrActionsReport(models.Model):
    """Where the program that makes PDF files is missing, whoever prints is told so, and what to do."""

    _inherit = "ir.actions.report"

    @api.model
    def sales_check_pdf(self):
        """Asked by the web client before it prints; core would show a web page instead of the file.

        :return: True
        :raise UserError: this server can make no PDF file
        """
        if self.get_wkhtmltopdf_state() in UNUSABLE:
            raise UserError(
                self.env._(
                    "PDF files can't be made on this server, as the program wkhtmltopdf is missing or "
                    "broken: ask the administrator to install it and to restart Odoo."
                )
            )
        return True

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Printing, and a mail with a printed document; what was printed before is still taken as it is."""
        try:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        except UserError:
            # Core's own sentence says neither what to do nor to whom
            self.sales_check_pdf()
            raise
