from odoo import api, models


class SalesAccessRule(models.Model):
    """Work with a client that is given to who may not see the client would be lost to him."""

    # Beside the rules themselves, which are long enough
    _inherit = "sales.access.rule"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _hidden_from(self, user, clients):
        """:return: those of ``clients`` that ``user`` may not see today"""
        # sudo: somebody else's access is what is asked for
        user, clients = user.sudo(), clients.sudo()
        others = clients.filtered(lambda client: client.client_id and client.user_id != user)
        if not user or not others or not self._is_restricted(user):
            return clients.browse().sudo(False)
        return (others - others.filtered_domain(self._granted_clients("read", user))).sudo(False)

    @api.model
    def _hidden_warning(self, user, client):
        """:return: the warning of an onchange, empty if ``user`` sees the client"""
        if not self._hidden_from(user, client):
            return {}
        return {
            "warning": {
                "title": self.env._("He doesn't see this client"),
                "message": self.env._(
                    "%(user)s may not see %(client)s, and what is assigned to him there neither. "
                    "Assign it to the client's manager, or let %(user)s see the client first: "
                    "by a cover or an access rule.",
                    user=user.name,
                    client=client.display_name,
                ),
            }
        }
