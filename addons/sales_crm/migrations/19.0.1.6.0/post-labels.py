from odoo import SUPERUSER_ID, api
from odoo.modules import get_module_path
from odoo.tools.misc import file_path
from odoo.tools.translate import TranslationImporter

# Names of models, fields and choices are nobody's to edit; what people may have reworded is left alone
MODELS = {"ir.model", "ir.model.fields", "ir.model.fields.selection"}


def migrate(cr, version):
    """Odoo keeps the translations that are in the database, also of a label that has become another one: what
    was *Reopened* and is *Opened again* kept the Russian of before.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for module in ("sales_crm", "sales_crm_stock"):
        if not get_module_path(module, display_warning=False):
            continue
        importer = TranslationImporter(cr, verbose=False)
        for lang, _name in env["res.lang"].get_installed():
            try:
                path = file_path(f"{module}/i18n/{lang.partition('_')[0]}.po")
            except FileNotFoundError:
                continue  # English, or a language that we don't speak
            importer.load_file(path, lang)
        importer.model_terms_translations.clear()
        for model in set(importer.model_translations) - MODELS:
            del importer.model_translations[model]
        importer.save(overwrite=True)
