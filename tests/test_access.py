"""Access rules on real servers: two nodes, every request anew, and an uninstallation."""

from support.nodes import odoo_shell

VISIBLE = """
manager = env["res.users"].search([("login", "=", "{login}")])
print("VISIBLE", env["res.partner"].with_user(manager).search_count([("is_client", "=", True)]))
"""


def clients_of(session_model):
    return session_model.call("res.partner", "search_count", [["is_client", "=", True]])


def test_revocation_reaches_every_node_with_the_next_request(start_node, make_database):
    database = make_database("access")
    first, second = (start_node(database, "--max-cron-threads=0") for _ in range(2))
    admin = first.xmlrpc("admin")
    here, there = first.xmlrpc("manager1"), second.xmlrpc("manager1")
    own = clients_of(here)
    everybody = clients_of(admin)
    assert 0 < own < everybody
    assert clients_of(there) == own

    manager = admin.call("res.users", "search", [["login", "=", "manager1"]])
    rule = admin.call(
        "sales.access.rule", "create", {"user_ids": [[6, 0, manager]], "scope": "all", "reason": "Audit"}
    )
    assert clients_of(here) == clients_of(there) == everybody

    admin.call("sales.access.rule", "write", [rule], {"active": False})
    assert clients_of(there) == clients_of(here) == own


def test_uninstalling_leaves_nobody_in_the_wide_group(stack, make_database):
    database = make_database("uninstall")
    odoo_shell(
        stack,
        database,
        'env["ir.module.module"].search([("name", "=", "sales_crm")]).button_immediate_uninstall()',
    )
    printed = odoo_shell(
        stack,
        database,
        """
manager = env["res.users"].search([("login", "=", "manager1")])
wide = manager.has_group("sales_team.group_sale_salesman_all_leads")
print("GROUPS", wide, manager.has_group("sales_team.group_sale_salesman"))
""",
    )
    assert "GROUPS False True" in printed
