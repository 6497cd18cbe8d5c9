"""A file goes through the import wizard as a person takes it: upload, check, import, result."""

from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "shared/data/crm_sales_opportunities"
SMALL = {
    "accounts.csv": "account,sector,office_location\nAcme,technolgy,Kenya\nBeta,medical,\n",
    "sales_teams.csv": "sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\n",
    "products.csv": "product,series,sales_price\nGTX Pro,GTX,4821\n",
    "sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "A1,Anna Snelling,GTXPro,Acme,Won,2016-10-20,2017-03-01,1054\n"
        "A2,Anna Snelling,GTX Pro,,Engaging,2016-11-25,,\n"
    ),
}


def take_through(desk, files):
    """Click through the wizard with ``files`` of deals, until the result is there."""
    page = desk.open("/odoo/client-import/new")
    page.locator("[name=kind] input[type=radio]").last.check()
    page.locator("[name=attachment_ids] input[type=file]").set_input_files(files)
    page.locator(".o_attachment").nth(len(files) - 1).wait_for()
    page.locator("button[name=action_read]:visible").click()
    page.locator("button[name=action_analyse]:visible").first.click()
    page.locator("button[name=action_import]:visible").click(timeout=300_000)
    download = page.get_by_role("button", name="Download the Result")
    download.wait_for(timeout=600_000)
    with page.expect_download() as result:
        download.click()
    return Path(result.value.path()).read_bytes()


def counts(node):
    return (
        node.query("SELECT COUNT(*) FROM res_partner WHERE is_client IS TRUE"),
        node.query("SELECT COUNT(*) FROM crm_lead"),
        node.query("SELECT COUNT(*) FROM crm_lead WHERE active IS NOT TRUE"),
    )


@pytest.fixture(scope="module")
def clean_server(start_node, make_database):
    return start_node(make_database("import", demo=False))


def test_small_files(clean_server, open_desk, tmp_path):
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text)
    result = take_through(open_desk(clean_server, "admin"), [str(tmp_path / name) for name in SMALL])
    assert result.startswith(b"PK"), "the result is a workbook"
    assert counts(clean_server) == ("2", "2", "0")


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample data is not beside this checkout")
def test_the_sample_of_a_hardware_company(start_node, make_database, open_desk):
    node = start_node(make_database("sample", demo=False))
    take_through(open_desk(node, "admin"), sorted(str(path) for path in SAMPLE.glob("*.csv")))
    # 85 accounts, 8 800 opportunities, 2 473 of them lost
    assert counts(node) == ("85", "8800", "2473")
    assert node.query("SELECT COUNT(*) FROM crm_lead WHERE partner_id IS NULL") == "1425"
