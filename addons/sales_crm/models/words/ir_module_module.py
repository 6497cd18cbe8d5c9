import hashlib

from odoo import api, models
from odoo.tools.translate import TranslationImporter

from ...tools import core_words

core_words.add_to_code()


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """After each module's own texts come ours for it, whenever it or this add-on is loaded."""
        res = super()._load_module_terms(modules, langs, overwrite=overwrite)
        for lang in langs:
            told = core_words.modules(lang)
            for module in sorted(told if "sales_crm" in modules else told.intersection(modules)):
                self._load_core_words(module, lang, overwrite)
        return res

    @api.model
    def _load_core_words(self, module, lang, overwrite):
        """Load our words for the stored texts of a module.

        They replace Odoo's own the first time and when they have changed. Between, what an administrator has
        worded himself stays.
        """
        paths = core_words.paths(module, lang)
        told = hashlib.sha1(b"".join(path.read_bytes() for path in paths), usedforsecurity=False).hexdigest()
        # sudo: which words are loaded is the server's business
        parameters = self.env["ir.config_parameter"].sudo()
        key = f"sales_crm.core_words.{lang}.{module}"
        news = overwrite or parameters.get_param(key) != told
        importer = TranslationImporter(self.env.cr, verbose=False)
        for path in paths:
            with path.open("rb") as file:
                importer.load(file, "po", lang)
        importer.save(overwrite=news, force_overwrite=news)
        if news and self.search_count([("name", "=", module), ("state", "in", ("installed", "to upgrade"))]):
            parameters.set_param(key, told)
