from odoo import api, models

from ...tools.import_run import PlainRow
from ...tools.normalise import name_key, plain


class SalesImportRoleProduct(models.AbstractModel):
    """Products with their price. "GTXPro" and "GTX Pro" are one product."""

    _name = "sales.import.role.product"
    _inherit = "sales.import.role"
    _description = "Products of an Import"

    _role = "product"

    @api.model
    def _label(self, said):
        return said.values.get("name") or self.env._("(no name)")

    @api.model
    def _parse(self, run, row):
        said = PlainRow()
        cells = self._cells(run, row, said)
        said.values = {
            "name": self._text(cells, "product"),
            "default_code": self._text(cells, "product_code"),
            "category": self._text(cells, "product_category"),
        }
        if "product_price" in cells:
            said.values["list_price"] = self._number(run, row, cells, "product_price", said)
        if not said.values["name"]:
            said.errors.append(
                self.env._("Row %s has no product name. Write it, or delete the row.", row.number)
            )
        if not self.env["product.product"].has_access("create"):
            said.errors.append(
                self.env._(
                    "Row %s: you may not create products. Ask an administrator for the right.",
                    row.number,
                )
            )
        return said

    @api.model
    def _find(self, run, values):
        """:return: the product of this code or name, empty if there is none"""
        code = values["default_code"]
        found = run.products.get(f"code {plain(code)}") if code else None
        return self.env["product.product"].browse(found or run.products.get(name_key(values["name"]), []))

    @api.model
    def _plan(self, run, row, said):
        first = run.seen.get(("product", name_key(said.values["name"])))
        if first:
            return {
                "action": "unchanged",
                "head_row_id": first.id,
                "message": self.env._("Repeats row %s.", first.number),
            }
        product = self._find(run, said.values)
        if not product:
            return {"action": "create"}
        vals = {"res_model": "product.product", "res_id": product.id}
        price = said.values.get("list_price")
        if price is None or price == product.list_price:
            return {
                **vals,
                "action": "unchanged",
                "message": self.env._("Known product “%s”.", product.name),
            }
        return {
            **vals,
            "action": "update",
            "message": self.env._("Price: %(old)s → %(new)s", old=product.list_price, new=price),
        }

    @api.model
    def _remember_row(self, run, row, said):
        if row.action != "error":
            run.seen.setdefault(("product", name_key(said.values["name"])), row)

    @api.model
    def _execute(self, run, rows):
        for row in self._settle(rows):
            values = self._parse(run, row).values
            product = self._find(run, values)
            if product:
                product.write({"list_price": values["list_price"]})
                self._finish(row, "updated", product)
                continue
            product = self.env["product.product"].create(self._prepare_product_values(values))
            run.products[name_key(product.name)] = product.id
            self._finish(row, "created", product)

    @api.model
    def _prepare_product_values(self, values):
        product = {"name": values["name"], "sale_ok": True}
        if values["default_code"]:
            product["default_code"] = values["default_code"]
        if "list_price" in values:
            product["list_price"] = values["list_price"]
        if values["category"]:
            Category = self.env["product.category"]
            category = Category.search([("name", "=", values["category"])], limit=1)
            product["categ_id"] = (category or Category.create({"name": values["category"]})).id
        return product
