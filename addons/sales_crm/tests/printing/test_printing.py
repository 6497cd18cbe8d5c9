from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common_credit import CreditCase

REPORT = "sale.action_report_saleorder"


@tagged("post_install", "-at_install")
class TestPrinting(CreditCase):
    """A server without wkhtmltopdf says so in one sentence, wherever a manager prints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._order(1).with_user(cls.manager)
        cls.client.email = "alpha@example.com"

    def _state(self, state):
        return patch.object(
            type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda report: state
        )

    def _render(self, report, record):
        reports = self.env["ir.actions.report"].with_user(self.manager)
        return reports.with_context(force_report_rendering=True)._render_qweb_pdf(report, record.ids)

    def test_missing(self):
        for state in ("install", "broken"):
            with self._state(state), self.assertRaisesRegex(UserError, "wkhtmltopdf.*administrator"):
                self.env["ir.actions.report"].with_user(self.manager).sales_check_pdf()

    def test_there(self):
        for state in ("ok", "upgrade", "workers"):
            with self._state(state):
                self.assertTrue(self.env["ir.actions.report"].with_user(self.manager).sales_check_pdf())

    def test_quotation_and_our_reports(self):
        ours = self.env["ir.actions.report"].search([("report_type", "=", "qweb-pdf")])
        ours = ours.filtered(lambda report: report.get_external_id()[report.id].startswith("sales_crm."))
        self.assertTrue(ours)
        for report in ours | self.env.ref(REPORT):
            record = self.order if report.model == "sale.order" else self.client
            if report.model != record._name:
                continue
            with (
                self.subTest(report=report.report_name),
                self._state("install"),
                self.assertRaisesRegex(UserError, "ask the administrator"),
            ):
                self._render(report.report_name, record)

    def test_mail(self):
        """A quotation isn't sent without its document, nor does the window end in a traceback."""
        action = self.order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_user(self.manager)
        context = {**action["context"], "force_report_rendering": True}
        with self._state("install"), self.assertRaisesRegex(UserError, "ask the administrator"):
            Form(composer.with_context(**context)).save()

    def test_other_errors_are_told(self):
        def refuse(*args, **kwargs):
            raise UserError("Something else")

        reports = type(self.env["ir.actions.report"])
        with (
            self._state("ok"),
            patch.object(reports, "_run_wkhtmltopdf", refuse),
            self.assertRaisesRegex(UserError, "Something else"),
        ):
            self._render(REPORT, self.order)
