import csv
import io
import logging
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import mean

from odoo.tests import tagged
from odoo.tools import SQL

from ...tools.normalise import name_key
from ..chance import SEED, how_many
from ..intake.test_import import ImportCommon

_logger = logging.getLogger(__name__)

FILES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
PIPELINE = "sales_pipeline.csv"


def sample_folder():
    """:return: the folder with the sample pipeline beside the checkout, None where it isn't"""
    samples = (
        parent / "shared" / "data" / "crm_sales_opportunities" for parent in Path(__file__).resolve().parents
    )
    return next((sample for sample in samples if sample.is_dir()), None)


@tagged("post_install", "-at_install", "sales_crm_sample")
class TestFunnelSample(ImportCommon):
    """Win rate, cycle length and value of a real pipeline equal what its csv says.

    A part of its 8 800 deals in each run, another one each day; all of them with ``CRM_THOROUGH=1``.
    """

    parts = how_many(8, 1)

    def setUp(self):
        super().setUp()
        self.folder = sample_folder()
        if not self.folder:
            self.skipTest("The sample pipeline isn't here")

    def _import_sample(self):
        admin = self.env.ref("base.user_admin")
        admin.group_ids |= self.env.ref("sales_crm.group_head")
        files = [(name, self._content(name)) for name in FILES]
        record = self._upload(*files, user=admin, kind="deals")
        record.action_read()
        for step in (record.action_analyse, record.action_import):
            step()
            record._work_through()
        self.assertEqual(record.state, "done", record.failure)

    def _read(self, name):
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return rows[SEED % self.parts :: self.parts] if name == PIPELINE else rows

    def _content(self, name):
        """:return: bytes of a file, of the pipeline with this run's deals only"""
        if name != PIPELINE:
            return (self.folder / name).read_bytes()
        rows, text = self._read(name), io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    def _expected(self):
        """:return: dict dimension -> name -> (won, lost, win rate, mean days of the won, value)"""
        managers = {row["sales_agent"]: row["manager"] for row in self._read("sales_teams.csv")}
        products = {name_key(row["product"]): row["product"] for row in self._read("products.csv")}
        found = {name: defaultdict(lambda: [0, 0, [], 0.0]) for name in ("agent", "manager", "product")}
        for row in self._read(PIPELINE):
            if row["deal_stage"] not in ("Won", "Lost"):
                continue
            names = {
                "agent": row["sales_agent"],
                "manager": managers[row["sales_agent"]],
                "product": products[name_key(row["product"])],
            }
            for dimension, name in names.items():
                figures = found[dimension][name]
                if row["deal_stage"] == "Lost":
                    figures[1] += 1
                    continue
                figures[0] += 1
                opened, closed = (date.fromisoformat(row[key]) for key in ("engage_date", "close_date"))
                figures[2].append((closed - opened).days)
                figures[3] += float(row["close_value"])
        return {
            dimension: {
                name: (won, lost, round(won / (won + lost), 6), round(mean(days), 6), round(value, 2))
                for name, (won, lost, days, value) in lines.items()
            }
            for dimension, lines in found.items()
        }

    def _counted(self):
        """The same from the funnel: new deals, whether they are won, how long it took, what they brought."""
        managers = {row["sales_agent"]: row["manager"] for row in self._read("sales_teams.csv")}
        Report = self.env["sales.funnel.report"].with_user(self.head)
        query = Report._search([("level", "=", "cold")])
        columns = [
            Report._field_to_sql(query.table, name, query)
            for name in ("lead_id", "user_id", "status", "days_to_deal", "amount")
        ]
        rows = self.env.execute_query(query.select(*columns))
        tags = dict(
            self.env.execute_query(
                SQL("SELECT lead_id, tag.name->>'en_US' FROM crm_tag_rel JOIN crm_tag tag ON tag.id = tag_id")
            )
        )
        users = {user.id: user.name for user in self.env["res.users"].search([])}
        found = {name: defaultdict(lambda: [0, 0, [], 0.0]) for name in ("agent", "manager", "product")}
        for lead, user, status, days, amount in rows:
            if status not in ("won", "lost"):
                continue
            agent = users[user]
            names = {"agent": agent, "manager": managers[agent], "product": tags[lead]}
            for dimension, name in names.items():
                figures = found[dimension][name]
                if status == "lost":
                    figures[1] += 1
                    continue
                figures[0] += 1
                figures[2].append(days)
                figures[3] += amount
        return {
            dimension: {
                name: (won, lost, round(won / (won + lost), 6), round(mean(days), 6), round(float(value), 2))
                for name, (won, lost, days, value) in lines.items()
            }
            for dimension, lines in found.items()
        }

    def _seen(self, group):
        """What a head reads in the pivot of new deals: win rate and cycle by ``group``."""
        return {
            record.display_name: (round(rate, 6), round(days, 6))
            for record, rate, days in self.env["sales.funnel.report"]
            .with_user(self.head)
            ._read_group([("level", "=", "cold")], [group], ["win_rate:avg", "days_to_deal:avg"])
        }

    def test_equal_to_the_csv(self):
        self.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        self.env["sales.stage.move"].search([]).unlink()
        self._import_sample()
        counted, expected = self._counted(), self._expected()
        for dimension, lines in expected.items():
            self.assertEqual(counted[dimension], lines)
            for name, figures in sorted(lines.items()):
                _logger.info("sample|%s|%s|%s", dimension, name, "|".join(map(str, figures)))
        for dimension, group in (("agent", "user_id"), ("product", "tag_ids")):
            self.assertEqual(
                self._seen(group), {name: figures[2:4] for name, figures in expected[dimension].items()}
            )
        shown = (
            self.env["sales.funnel"]
            .with_user(self.head)
            .get_funnel({"date_from": "2016-01-01", "date_to": "2026-12-31", "group": "tag_ids"})
        )
        won = sum(line[0] for line in expected["agent"].values())
        self.assertEqual(next(bar["count"] for bar in shown["bars"] if bar["level"] == "deal"), won)
        self.assertEqual(
            {
                line["name"]: next(bar["count"] for bar in line["bars"] if bar["level"] == "deal")
                for line in shown["groups"]
            },
            {name: figures[0] for name, figures in expected["product"].items()},
        )
