from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestImportSelection(TransactionCase):
    """Where a column goes and what is in a file is chosen from lists, to which add-ons add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.batch = cls.env["sales.import"].create({"kind": "clients"})
        cls.file = cls.env["sales.import.file"].create({"import_id": cls.batch.id, "name": "clients.csv"})
        place = {"import_id": cls.batch.id, "file_id": cls.file.id}
        cls.column = cls.env["sales.import.column"].create({**place, "header": "Name"})
        cls.row = cls.env["sales.import.row"].create({**place, "number": 2})

    def _refused(self, route):
        with self.assertRaisesRegex(ValidationError, "“nonsense”.*Choose"), self.cr.savepoint():
            route()
            self.env.flush_all()

    def test_a_wrong_value(self):
        fields = ((self.column, "target"), (self.file, "role"), (self.row, "role"))
        for record, name in fields:
            wrong = {name: "nonsense"}
            place = {"import_id": self.batch.id, "file_id": self.file.id}
            with self.subTest(model=record._name):
                self._refused(lambda record=record, wrong=wrong: record.write(wrong))
                self._refused(lambda record=record, wrong=wrong: record.web_save(wrong, {}))
                model = record.browse()
                values = place if "file_id" in record._fields else {"import_id": self.batch.id}
                self._refused(
                    lambda model=model, values=values, wrong=wrong: model.create({**values, **wrong})
                )
                default = model.with_context(**{f"default_{name}": "nonsense"})
                self._refused(lambda model=default, values=values: model.create(values))
        self._refused(lambda: self.file.write({"column_ids": [(1, self.column.id, {"target": "nonsense"})]}))

    def test_what_is_offered(self):
        self.file.role = "client"
        for target, _label in self.column._fields["target"]._description_selection(self.env):
            self.column.target = target
        self.file.role = False
        self.row.role = "deal"
        self.assertFalse(self.file.role)
