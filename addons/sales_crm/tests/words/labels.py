"""What a user reads on his screens: menus, titles, labels, buttons, filters."""

from lxml import etree

FEW = 20  # of a selection; longer ones are lists of time zones and the like
SHOWN = ("string", "title", "placeholder", "confirm", "data-tooltip", "alt", "sum", "avg", "help")


def actions(env, root="crm.crm_menu_root"):
    """:return: list of (path of the menu, its action as the user may read it) of an application's menus"""
    menus = env["ir.ui.menu"].load_menus(False)
    found = []

    def walk(menu_id, path):
        menu = menus.get(menu_id)
        if not menu:
            return
        path = [*path, menu["name"]]
        if menu.get("action_id"):
            action = env["ir.actions.actions"].browse(menu["action_id"])
            found.append((path, env[menu["action_model"]].browse(action.id).sudo()))
        else:
            found.append((path, env["ir.actions.actions"]))
        for child in menu["children"]:
            walk(child, path)

    walk(env.ref(root).id, [])
    return found


def opened(env, action):
    """:return: dict of the window that an action opens, empty where it is a screen of its own"""
    if action._name == "ir.actions.server":
        return action.with_env(env).run() or {}
    if action._name != "ir.actions.act_window":
        return {}
    return env["ir.actions.actions"]._for_xml_id(action.get_external_id()[action.id])


def views(env, window):
    """:return: what the web client gets for a window action"""
    search = window.get("search_view_id") or [False]
    kinds = [*window["views"], (search[0], "search")]
    return env[window["res_model"]].get_views(kinds, {"toolbar": True})


def of_arch(arch, fields):
    """:param dict fields: of the model, as the web client gets them
    :return: set of texts in a view; of fields within one the labels that it gives them itself
    """
    root = etree.fromstring(arch)
    texts = set()
    for node in root.iter(etree.Element):
        if node.get("invisible") in ("1", "True") or node.get("column_invisible") in ("1", "True"):
            continue
        shown = SHOWN if node is not root else ()  # of a whole view the label of its action is shown
        texts.update(node.get(name) for name in shown if node.get(name))
        texts.update(text for text in (node.text, node.tail) if text and text.strip())
        within = [up for up in node.iterancestors("field")]
        if node.tag == "field" and not within and not node.get("string") and not node.get("nolabel"):
            texts.add(fields.get(node.get("name"), {}).get("string", ""))
    return {text.strip() for text in texts if text and text.strip()}


def _few(field):
    selection = field.get("selection") or ()
    return selection if len(selection) <= FEW else ()


def of_action(env, action):
    """:return: set of the texts of an action's title, its views and what hangs on them"""
    window = opened(env, action)
    texts = {action.name, window.get("name") or ""} - {""}
    if not window.get("res_model"):
        return texts
    got = views(env, window)
    fields = got["models"][window["res_model"]]["fields"]
    for kind, view in got["views"].items():
        texts |= of_arch(view["arch"], fields)
        for bound in view.get("toolbar", {}).values():
            texts.update(entry["name"] for entry in bound)
        if kind == "form":
            texts |= {value for field in fields.values() for _key, value in _few(field)}
    return texts


def of_filters(env, model):
    """:return: dict label -> names of the fields that one may filter, group or export by"""
    labels = {}
    for name, field in env[model].fields_get(attributes=["string", "searchable", "exportable"]).items():
        if field.get("searchable"):
            labels.setdefault(field["string"], []).append(name)
    return labels
