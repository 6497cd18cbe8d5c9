"""Odoo's own words as our users say them: where they lie, and how its code gets to read them.

`core_words/<language>/<module>.po` holds what we say otherwise than that module's own translation, or what it
has left in English. Odoo reads translations of a module from that module's folder only, so those of its code,
Python and JavaScript, are added here; those of stored texts are loaded by `ir.module.module`.
"""

from pathlib import Path

from odoo.tools.translate import CodeTranslations, PoFileReader, code_translations, get_base_langs

FOLDER = Path(__file__).parent.parent / "core_words"


def paths(module, lang):
    """:return: list of our files of a module, the most general language first"""
    files = (FOLDER / base / f"{module}.po" for base in get_base_langs(lang))
    return [path for path in files if path.is_file()]


def modules(lang):
    """:return: set of the names of the modules that we say something of"""
    return {path.stem for base in get_base_langs(lang) for path in (FOLDER / base).glob("*.po")}


def code_terms(module, lang, wanted):
    """:param wanted: function of a row of the file: whether it is asked for
    :return: dict English -> ours of the texts in a module's code
    """
    rows = (row for path in paths(module, lang) for row in PoFileReader(str(path)))
    return {row["src"]: row["value"] for row in rows if row["type"] == "code" and wanted(row)}


def add_to_code(owner=CodeTranslations):
    """Whoever asks Odoo for the texts of a module's code gets ours with them. Done once in a process.

    Odoo has no hook for it: `env._` reads a dict of the process, the web client's texts come from the same.
    """
    core = owner._get_code_translations
    if hasattr(core, "sales_core"):
        return

    def with_ours(module_name, lang, filter_func):
        return {**core(module_name, lang, filter_func), **code_terms(module_name, lang, filter_func)}

    with_ours.sales_core = core
    owner._get_code_translations = staticmethod(with_ours)
    # what was read before this add-on came
    code_translations.python_translations.clear()
    code_translations.web_translations.clear()
