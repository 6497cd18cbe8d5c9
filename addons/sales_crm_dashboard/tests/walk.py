"""What the JSON of a dashboard asks of the database."""

import re

LINK = re.compile(r"\[.+\]\(odoo://ir_menu_xml_id/(.+)\)")


def charts(dashboard):
    """:return: list of the definitions of charts with data of their own"""
    figures = (figure["data"] for sheet in dashboard["sheets"] for figure in sheet["figures"])
    return [figure for figure in figures if figure["type"].startswith("odoo_")]


def sources(dashboard):
    """:return: list of (name, model, domain, groupby, measures, links to filters) of each pivot and chart"""
    found = [
        (
            f"pivot {number}: {pivot['name']}",
            pivot["model"],
            pivot["domain"],
            [
                ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
                for row in pivot["rows"] + pivot["columns"]
            ],
            [measure["fieldName"] for measure in pivot["measures"]],
            pivot["fieldMatching"],
        )
        for number, pivot in dashboard["pivots"].items()
    ]
    for chart in charts(dashboard):
        meta = chart["metaData"]
        domain = chart["searchParams"]["domain"]
        title = chart["title"]["text"]
        found.append(
            (title, meta["resModel"], domain, meta["groupBy"], [meta["measure"]], chart["fieldMatching"])
        )
    return found


def formulas(dashboard):
    """:return: list of the formulas in all cells"""
    return [cell for sheet in dashboard["sheets"] for cell in sheet["cells"].values() if cell.startswith("=")]


def menus(dashboard):
    """:return: set of the external ids of the menus that headings and charts open"""
    cells = (cell for sheet in dashboard["sheets"] for cell in sheet["cells"].values())
    linked = (LINK.fullmatch(cell) for cell in cells)
    return {link[1] for link in linked if link} | set(dashboard["chartOdooMenusReferences"].values())
