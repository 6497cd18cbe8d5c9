import json

from odoo import Command, http
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .test_export_guard import ExportCommon

PIVOT = {
    "title": "Clients",
    "col_group_headers": [[{"title": "Total", "width": 1, "height": 1}]],
    "measure_headers": [{"title": "Count", "is_bold": True}],
    "measure_count": 1,
    "rows": [
        {"title": "Total", "indent": 0, "values": [{"value": 3}]},
        {"title": "Alpha", "indent": 1, "values": [{"value": 1}]},
    ],
}

# What a browser says of an address that the user typed; /json asks for that or for an API key
BY_HAND = {
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
}


@tagged("post_install", "-at_install")
class TestExportRoutes(ExportCommon, HttpCase):
    """What a browser or a script can ask for: refused without the right, else written down once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_export_day_limit = 0
        cls.clients = cls.client | cls.second
        cls.product = cls.env["product.product"].create({"name": "Thing"})
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": client.id,
                    "user_id": cls.manager.id,
                    "order_line": [Command.create({"product_id": cls.product.id, "price_unit": 10.0})],
                }
                for client in cls.clients
            ]
        )

    def _open(self, route, *, data=None, **values):
        """:return: the response to a GET, to a POST where there is something to send"""
        if data is None:
            return self.url_open(route, headers=BY_HAND)
        values.update(data=json.dumps(data), csrf_token=http.Request.csrf_token(self))
        return self.url_open(route, data=values)

    def _list(self, extension, **values):
        return self._open(
            f"/web/export/{extension}",
            data={
                "model": "res.partner",
                "fields": [{"name": "name", "label": "Name", "type": "char"}],
                "ids": self.clients.ids,
                "domain": [],
                "import_compat": False,
                **values,
            },
        )

    def _assert_refused(self, response):
        """Core answers a refused download with an error in the text, whatever the status is."""
        self.assertNotIn("Content-Disposition", response.headers)
        self.assertNotIn("Alpha", response.text)
        self.assertFalse(self._logs())

    def _assert_logged(self, response, kind, model, rows, user=None):
        self.assertEqual(response.status_code, 200, response.text[:500])
        log = self._logs()
        self.assertRecordValues(
            log,
            [
                {
                    "kind": kind,
                    "res_model": model,
                    "row_count": rows,
                    "user_id": (user or self.manager).id,
                    "ip_address": "127.0.0.1",
                }
            ],
        )
        return log

    @mute_logger("odoo.addons.web.controllers.export", "odoo.http", "odoo.addons.web.controllers.report")
    def test_no_right_no_route(self):
        self.authenticate("manager_a", "manager_a")
        ids = ",".join(map(str, self.clients.ids))
        orders = ",".join(map(str, self.orders.ids))
        print_url = f"/report/pdf/sale.report_saleorder/{orders}"
        groupby = {"groupby": ["user_id"]}
        routes = {
            "csv": lambda: self._list("csv"),
            "xlsx": lambda: self._list("xlsx"),
            "grouped": lambda: self._list("xlsx", **groupby),
            "by filter": lambda: self._list("csv", ids=False, domain=[["user_id", "=", self.manager.id]]),
            "pivot": lambda: self._open("/web/pivot/export_xlsx", data={**PIVOT, "model": "res.partner"}),
            "pivot of something else": lambda: self._open(
                "/web/pivot/export_xlsx", data={**PIVOT, "model": "product.product"}
            ),
            "pivot of nothing": lambda: self._open("/web/pivot/export_xlsx", data={**PIVOT, "model": "no"}),
            "vcard": lambda: self._open(f"/web/partner/vcard?partner_ids={ids}"),
            "html": lambda: self._open(f"/report/html/sale.report_saleorder/{orders}"),
            "pdf": lambda: self._open(print_url),
            "text": lambda: self._open(f"/report/text/sale.report_saleorder/{orders}"),
            "download": lambda: self._open("/report/download", data=[print_url, "qweb-pdf"]),
        }
        for name, route in routes.items():
            with self.subTest(name):
                self._assert_refused(route())
        with self.subTest("rpc"), self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self._rpc()

    def _rpc(self):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw/res.partner/export_data",
            {
                "model": "res.partner",
                "method": "export_data",
                "args": [self.clients.ids, ["name"]],
                "kwargs": {},
            },
        )

    def test_rpc(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        self.assertEqual(self._rpc(), {"datas": [["Alpha"], ["Beta"]]})
        self.assertEqual(self._logs().mapped("row_count"), [2])

    def test_list(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        log = self._assert_logged(self._list("csv"), "list", "res.partner", 2)
        self.assertEqual(log.filter_description, "2 chosen records")

    def test_list_by_filter(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        domain = [["name", "ilike", "Alpha"], ["user_id", "=", self.manager.id]]
        log = self._assert_logged(
            self._list("xlsx", ids=False, domain=domain, groupby=["user_id"]), "list", "res.partner", 1
        )
        self.assertIn("ilike", log.domain)
        self.assertIn(self.manager.name, log.filter_description)

    def test_head(self):
        self.authenticate("the_head", "the_head")
        self._assert_logged(self._list("csv"), "list", "res.partner", 2, self.head)

    def test_pivot(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        table = {**PIVOT, "model": "res.partner", "domain": [["is_client", "=", True]]}
        log = self._assert_logged(self._open("/web/pivot/export_xlsx", data=table), "pivot", "res.partner", 2)
        self.assertEqual((log.name, log.columns), ("Clients", "Count, Total, Alpha"))
        self.assertIn("is_client", log.domain)

    @mute_logger("odoo.http")
    def test_pivot_over_others_clients(self):
        """Sums don't say whose they are, and the filter is the browser's word."""
        self._rule()
        self._rule(scope="all", perm_export=False)
        self.authenticate("manager_a", "manager_a")
        table = {**PIVOT, "model": "res.partner", "domain": [["id", "=", self.client.id]]}
        self._assert_refused(self._open("/web/pivot/export_xlsx", data=table))

    def test_print(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        orders = ",".join(map(str, self.orders.ids))
        url = f"/report/pdf/sale.report_saleorder/{orders}"
        log = self._assert_logged(
            self._open("/report/download", data=[url, "qweb-pdf"]), "print", "sale.order", 2
        )
        self.assertTrue(log.name)

    def test_one_is_no_export(self):
        self.authenticate("manager_a", "manager_a")
        for route in (
            f"/report/html/sale.report_saleorder/{self.orders[0].id}",
            f"/web/partner/vcard?partner_ids={self.client.id}",
        ):
            self.assertEqual(self._open(route).status_code, 200)
        self.assertFalse(self._logs())

    def test_contact_cards(self):
        self._rule()
        self.authenticate("manager_a", "manager_a")
        ids = ",".join(map(str, self.clients.ids))
        self._assert_logged(self._open(f"/web/partner/vcard?partner_ids={ids}"), "vcard", "res.partner", 2)

    @mute_logger("odoo.http")
    def test_files_of_several(self):
        files = self.env["ir.attachment"].create(
            [
                {"name": f"{order.name}.txt", "raw": b"text", "res_model": "sale.order", "res_id": order.id}
                for order in self.orders
            ]
        )
        self.authenticate("manager_a", "manager_a")

        def download():
            return self.url_open(
                "/mail/attachment/zip",
                data={
                    "file_ids": ",".join(map(str, files.ids)),
                    "zip_name": "files.zip",
                    "csrf_token": http.Request.csrf_token(self),
                },
            )

        self._assert_refused(download())
        self._rule()
        self._assert_logged(download(), "documents", "sale.order", 2)

    @mute_logger("odoo.http")
    def test_json(self):
        self.env["ir.config_parameter"].set_param("web.json.enabled", True)
        self.authenticate("manager_a", "manager_a")
        self._assert_refused(self._open("/json/1/clients"))
        self._rule()
        response = self._open("/json/1/clients?view_type=list&domain=[]&limit=80&offset=0")
        self._assert_logged(response, "json", "res.partner", len(self.clients))

    @mute_logger("odoo.http")
    def test_invoice_files(self):
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": client.id,
                    "invoice_user_id": self.manager.id,
                    "invoice_line_ids": [
                        Command.create({"product_id": self.product.id, "price_unit": 10.0, "tax_ids": False})
                    ],
                }
                for client in self.clients
            ]
        )
        ids = ",".join(map(str, invoices.ids))
        self.authenticate("manager_a", "manager_a")
        self._assert_refused(self._open(f"/account/download_move_attachments/{ids}"))
        self._assert_refused(self._open(f"/account/download_invoice_documents/{ids}/pdf"))
